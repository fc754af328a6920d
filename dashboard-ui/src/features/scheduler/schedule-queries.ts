import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { Run, Schedule, ScheduleDraft, Trigger } from "@/lib/model";

export const scheduleKeys = {
  all: ["schedules"] as const,
  list: ["schedules", "list"] as const,
  detail: (id: string) => ["schedules", "detail", id] as const,
};

export const schedulesQuery = queryOptions({
  queryKey: scheduleKeys.list,
  queryFn: () => unwrap(api.GET("/api/v2/scheduler/schedules")),
});

const NEXT = 10;
const RUNS = 100;

const path = (id: string) => ({ path: { schedule_id: id } });

/** A schedule, when it fires next, and what came of its newest runs. */
export function scheduleQuery(id: string) {
  return queryOptions({
    queryKey: scheduleKeys.detail(id),
    queryFn: async () => {
      const [schedule, next, runs] = await Promise.all([
        unwrap(api.GET("/api/v2/scheduler/schedules/{schedule_id}", { params: path(id) })),
        unwrap(
          api.GET("/api/v2/scheduler/schedules/{schedule_id}/next", {
            params: { ...path(id), query: { count: NEXT } },
          }),
        ),
        unwrap(
          api.GET("/api/v2/scheduler/schedules/{schedule_id}/runs", {
            params: { ...path(id), query: { limit: RUNS } },
          }),
        ),
      ]);
      return { schedule, next: next.items, runs: runs.items };
    },
  });
}

const PREVIEWED = 5;

/** When a trigger would fire; nothing is kept. */
export function previewQuery(trigger: Trigger) {
  return queryOptions({
    queryKey: ["schedule-preview", trigger],
    queryFn: () => unwrap(api.POST("/api/v2/scheduler/preview", { body: { trigger, count: PREVIEWED } })),
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });
}

export function createSchedule(body: ScheduleDraft): Promise<Schedule> {
  return unwrap(api.POST("/api/v2/scheduler/schedules", { body }));
}

export function changeSchedule(id: string, draft: ScheduleDraft, version: number): Promise<Schedule> {
  return unwrap(
    api.PUT("/api/v2/scheduler/schedules/{schedule_id}", { params: path(id), body: { ...draft, version } }),
  );
}

export async function deleteSchedule(id: string): Promise<void> {
  await settle(api.DELETE("/api/v2/scheduler/schedules/{schedule_id}", { params: path(id) }));
}

export function triggerSchedule(id: string): Promise<Run> {
  return unwrap(api.POST("/api/v2/scheduler/schedules/{schedule_id}/trigger", { params: path(id) }));
}

export function enableSchedule(id: string, enabled: boolean): Promise<Schedule> {
  return unwrap(
    enabled
      ? api.POST("/api/v2/scheduler/schedules/{schedule_id}/resume", { params: path(id) })
      : api.POST("/api/v2/scheduler/schedules/{schedule_id}/pause", { params: path(id) }),
  );
}

export function refreshSchedules(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: scheduleKeys.all });
}
