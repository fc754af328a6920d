import { infiniteQueryOptions, mutationOptions, queryOptions, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Question } from "@/lib/model";

/** Questions that wait for somebody to approve them, with what is right. */
export const draftsQuery = infiniteQueryOptions({
  queryKey: ["practice", "drafts"],
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET("/api/v2/practice/questions", {
        params: { query: { state: "draft", limit: 50, ...(pageParam && { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: "",
  getNextPageParam: ({ next }) => next,
});

/** The drill that was made of an alert, in whatever state; none for none. */
export const drillQuery = (alert: string) =>
  queryOptions({
    queryKey: ["practice", "drill", alert],
    queryFn: () =>
      unwrap(api.GET("/api/v2/practice/questions", { params: { query: { source: alert, limit: 1 } } })),
  });

/** What of an alert this person should judge now. */
export const drillDueQuery = (alert: string) =>
  queryOptions({
    queryKey: ["practice", "drill", alert, "due"],
    queryFn: () =>
      unwrap(api.GET("/api/v2/practice/due", { params: { query: { source: alert, limit: 1 } } })),
  });

/** The list is asked for anew, and so is what is due. */
export function useDraftsChanged(): () => void {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: ["practice"] });
}

export const drafting = mutationOptions({
  mutationFn: (concept: string) =>
    unwrap(api.POST("/api/v2/practice/drafts", { body: { concepts: [concept], medium: "", seed: 0 } })),
});

export const drilling = mutationOptions({
  mutationFn: (alert: string) => unwrap(api.POST("/api/v2/practice/drills", { body: { alert } })),
});

/** Drills of what happened to one address, host or user. */
export const incidentDrilling = mutationOptions({
  mutationFn: (entity: string) => unwrap(api.POST("/api/v2/practice/incident-drills", { body: { entity } })),
});

/** What is put right of a draft. */
export interface Revision {
  readonly prompt: string;
  readonly explanation: string;
  readonly options: string[];
}

interface Decided {
  readonly id: string;
  readonly state: Question["state"];
  readonly revision?: Revision;
}

export const deciding = mutationOptions({
  mutationFn: ({ id, state, revision = { prompt: "", explanation: "", options: [] } }: Decided) =>
    unwrap(
      api.POST("/api/v2/practice/questions/{question_id}/decision", {
        params: { path: { question_id: id } },
        body: { state, ...revision },
      }),
    ),
});
