import { queryOptions } from "@tanstack/react-query";
import { alertKeys } from "@/features/alerts/alert-queries";
import { api, unwrap } from "@/lib/api";
import type { Alert, AlertStatus, BulkResult, Verdict } from "@/lib/model";

const at = (id: string) => ({ params: { path: { alert_id: id } } });

export const triageKeys = {
  related: (id: string) => [...alertKeys.all, "related", id] as const,
  nearby: (id: string, minutes: number, time: number) =>
    [...alertKeys.all, "nearby", id, minutes, time] as const,
};

export const assigneesQuery = queryOptions({
  queryKey: ["assignees"],
  queryFn: () => unwrap(api.GET("/api/v2/alerts/assignees")),
  staleTime: 5 * 60_000,
});

export function relatedQuery(id: string) {
  return queryOptions({
    queryKey: triageKeys.related(id),
    queryFn: () => unwrap(api.GET("/api/v2/alerts/{alert_id}/related", at(id))),
  });
}

const MOST_EVENTS = 200;

/** The entity's events around a time; the time of the newest finding when it is 0. */
export function nearbyQuery(id: string, minutes: number, time: number) {
  return queryOptions({
    queryKey: triageKeys.nearby(id, minutes, time),
    queryFn: () =>
      unwrap(
        api.GET("/api/v2/alerts/{alert_id}/events", {
          params: { path: { alert_id: id }, query: { minutes, at: time, limit: MOST_EVENTS } },
        }),
      ),
    retry: false,
  });
}

export const postNote = (id: string, text: string) =>
  unwrap(api.POST("/api/v2/alerts/{alert_id}/notes", { ...at(id), body: { text } }));

export const postAssignment = (id: string, assignee: string): Promise<Alert> =>
  unwrap(api.POST("/api/v2/alerts/{alert_id}/assignment", { ...at(id), body: { assignee } }));

export interface BulkChange {
  readonly status?: AlertStatus;
  readonly verdict?: Verdict;
  readonly assignee?: string;
}

export const postBulk = (ids: readonly string[], change: BulkChange): Promise<BulkResult> =>
  unwrap(api.POST("/api/v2/alerts/bulk", { body: { ids: [...ids], note: "", ...change } }));
