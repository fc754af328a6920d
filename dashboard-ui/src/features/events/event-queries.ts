import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { HuntResult } from "@/lib/model";
import { type EventFilter, type Grouping, toEventQuery } from "./event-search";

export const eventKeys = {
  all: ["events"] as const,
  searches: ["events", "search"] as const,
};

const PAGE = 100;
/** So many events are kept on the page; who wants more narrows the search or exports. */
export const MOST_EVENTS = 5_000;
const BARS = 120;

/**
 * What every search has in common: it may be slow, so it is never repeated by itself, and whoever leaves or cancels it
 * hangs up, which stops it on the server.
 */
const CAREFUL = { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

export function eventListQuery(filter: EventFilter) {
  return infiniteQueryOptions({
    ...CAREFUL,
    queryKey: [...eventKeys.searches, "list", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v2/events", {
          params: {
            query: { ...toEventQuery(filter), limit: PAGE, ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page, pages) =>
      pages.reduce((sum, { items }) => sum + items.length, 0) < MOST_EVENTS ? page.next : null,
    structuralSharing: false,
  });
}

export function histogramQuery(filter: EventFilter, by: Grouping) {
  return queryOptions({
    ...CAREFUL,
    queryKey: [...eventKeys.searches, "histogram", filter, by],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v2/events/histogram", {
          params: { query: { ...toEventQuery(filter), bars: BARS, by } },
          signal,
        }),
      ),
  });
}

export function facetQuery(filter: EventFilter, column: string) {
  return queryOptions({
    ...CAREFUL,
    queryKey: [...eventKeys.searches, "facet", filter, column],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v2/events/facets", { params: { query: { ...toEventQuery(filter), column } }, signal }),
      ),
  });
}

export function eventQuery(id: string) {
  return queryOptions({
    ...CAREFUL,
    queryKey: [...eventKeys.all, "one", id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v2/events/{event_id}", { params: { path: { event_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const HUNT_ROWS = 1_000;

export function hunt(sql: string, signal: AbortSignal): Promise<HuntResult> {
  return unwrap(api.POST("/api/v2/hunts", { body: { sql, limit: HUNT_ROWS }, signal }));
}
