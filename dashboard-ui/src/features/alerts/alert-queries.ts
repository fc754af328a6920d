import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Alert, AlertPatch } from "@/lib/model";
import { type AlertSearch, toAlertQuery } from "./alert-filter";

export const alertKeys = {
  all: ["alerts"] as const,
  lists: ["alerts", "list"] as const,
  list: (search: AlertSearch) => ["alerts", "list", search] as const,
  details: ["alerts", "detail"] as const,
  detail: (id: string) => ["alerts", "detail", id] as const,
  overview: ["alerts", "overview"] as const,
};

const PAGE = 50;

export function alertListQuery(search: AlertSearch) {
  return infiniteQueryOptions({
    queryKey: alertKeys.list(search),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/alerts", {
          params: {
            query: {
              ...toAlertQuery(search),
              ...(search.order && { [`by_${search.order}`]: true }),
              limit: PAGE,
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    // Merging keeps the alerts that stay the same; comparing thousands of them deeply on every frame would gain nothing.
    structuralSharing: false,
  });
}

export function alertDetailQuery(id: string) {
  return queryOptions({
    queryKey: alertKeys.detail(id),
    queryFn: () => unwrap(api.GET("/api/v2/alerts/{alert_id}", { params: { path: { alert_id: id } } })),
  });
}

export function patchAlert(id: string, patch: AlertPatch): Promise<Alert> {
  return unwrap(api.PATCH("/api/v2/alerts/{alert_id}", { params: { path: { alert_id: id } }, body: patch }));
}
