import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Resubmission, TaskItem } from "@/lib/model";
import type { DeadLetterSearch } from "./dead-letter-search";
import { taskKeys } from "./task-queries";

function chosen({ action, fault, error }: DeadLetterSearch) {
  return {
    ...(action && { action }),
    ...(fault && { fault }),
    ...(error && { error_code: error }),
  };
}

export const deadLetterKeys = {
  all: ["dead-letters"] as const,
  list: (search: DeadLetterSearch) => ["dead-letters", "list", search] as const,
};

const PAGE = 50;
const REFRESH_MS = 30_000;

export function deadLetterListQuery(search: DeadLetterSearch) {
  const { resolved = "open" } = search;
  const query = {
    ...chosen(search),
    ...(resolved !== "all" && { resolved: resolved === "resolved" }),
    limit: PAGE,
  };
  return infiniteQueryOptions({
    queryKey: deadLetterKeys.list(search),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/error-recovery/dlq/entries", {
          params: { query: { ...query, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    structuralSharing: false,
    // New ones come live; what others did about old ones does not.
    refetchInterval: REFRESH_MS,
  });
}

/** Submits it again as a new task; the letter is then resolved. */
export function resubmitLetter(id: string, input?: Record<string, unknown>): Promise<TaskItem> {
  return unwrap(
    api.POST("/api/v2/error-recovery/dlq/{task_id}/resubmit", {
      params: { path: { task_id: id } },
      body: input === undefined ? {} : { input },
    }),
  );
}

export function resolveLetter(id: string, note: string): Promise<TaskItem> {
  return unwrap(
    api.POST("/api/v2/error-recovery/dlq/{task_id}/resolve", {
      params: { path: { task_id: id } },
      body: { note },
    }),
  );
}

/** At most so many are submitted again by one call. */
export const MOST_RESUBMITTED = 1_000;

/** Submits every unresolved one again that fits, or only says which (`isDryRun`). */
export function resubmitMatching(search: DeadLetterSearch, isDryRun: boolean): Promise<Resubmission> {
  const { action = "", fault = "", error = "" } = search;
  return unwrap(
    api.POST("/api/v2/error-recovery/dlq/resubmit", {
      body: {
        action,
        fault,
        error_code: error,
        since: 0,
        until: 0,
        limit: MOST_RESUBMITTED,
        dry_run: isDryRun,
      },
    }),
  );
}

/** After letters were handled: they, and the tasks that they are, look different. */
export function refreshLetters(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: deadLetterKeys.all });
  void queryClient.invalidateQueries({ queryKey: taskKeys.all });
}
