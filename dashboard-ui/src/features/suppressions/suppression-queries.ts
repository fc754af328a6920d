import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Condition, Micros, Suppression } from "@/lib/model";

export const suppressionKeys = {
  all: ["suppressions"] as const,
  lists: ["suppressions", "list"] as const,
  list: (active: boolean) => ["suppressions", "list", active] as const,
  detail: (id: string) => ["suppressions", "detail", id] as const,
  preview: (conditions: readonly Condition[]) => ["suppressions", "preview", conditions] as const,
};

const PAGE = 50;
/** Counters grow with every batch of events, without an entry that would tell. */
const REFRESH_MS = 15_000;
export const PREVIEW_DAYS = 30;

export function suppressionListQuery(active: boolean) {
  return infiniteQueryOptions({
    queryKey: suppressionKeys.list(active),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/suppressions", {
          params: { query: { active, limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    refetchInterval: REFRESH_MS,
  });
}

const at = (id: string) => ({ params: { path: { suppression_id: id } } });

export function suppressionDetailQuery(id: string) {
  return queryOptions({
    queryKey: suppressionKeys.detail(id),
    queryFn: () => unwrap(api.GET("/api/v2/suppressions/{suppression_id}", at(id))),
  });
}

const toBody = (conditions: readonly Condition[]) =>
  conditions.map(({ field, match, values }) => ({ field, match, values: [...values] }));

export function previewQuery(conditions: readonly Condition[]) {
  return queryOptions({
    queryKey: suppressionKeys.preview(conditions),
    queryFn: () =>
      unwrap(
        api.POST("/api/v2/suppressions/preview", {
          body: { conditions: toBody(conditions), days: PREVIEW_DAYS },
        }),
      ),
    retry: false,
  });
}

export interface NewSuppression {
  readonly conditions: readonly Condition[];
  readonly reason: string;
  readonly expiresAt: Micros;
  readonly alertId: string;
}

export function createSuppression(wanted: NewSuppression): Promise<Suppression> {
  return unwrap(
    api.POST("/api/v2/suppressions", {
      body: {
        conditions: toBody(wanted.conditions),
        reason: wanted.reason,
        expires_at: wanted.expiresAt,
        alert_id: wanted.alertId,
      },
    }),
  );
}

export const liftSuppression = (id: string): Promise<Suppression> =>
  unwrap(api.DELETE("/api/v2/suppressions/{suppression_id}", at(id)));
