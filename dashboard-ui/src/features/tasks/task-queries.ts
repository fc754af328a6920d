import { type InfiniteData, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { TaskItem, TaskPage } from "@/lib/model";
import { type TaskSearch, toTaskQuery } from "./task-search";
import type { TaskAct } from "./task-states";

export const taskKeys = {
  all: ["tasks"] as const,
  lists: ["tasks", "list"] as const,
  list: (search: TaskSearch) => ["tasks", "list", search] as const,
  details: ["tasks", "detail"] as const,
  detail: (id: string) => ["tasks", "detail", id] as const,
};

const PAGE = 50;
const PROGRESS_MS = 2_000;
/** A list that somebody has scrolled far down is not fetched again for the sake of a few progress bars. */
const MOST_REFRESHED_PAGES = 2;

const isRunning = (task: TaskItem): boolean => task.state === "running";

export function taskListQuery(search: TaskSearch) {
  return infiniteQueryOptions({
    queryKey: taskKeys.list(search),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/tasks", {
          params: { query: { ...toTaskQuery(search), limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    structuralSharing: false,
    // States come live; how far a running task is does not.
    refetchInterval: ({ state }) => (progressShown(state.data) ? PROGRESS_MS : false),
  });
}

function progressShown(data: InfiniteData<TaskPage> | undefined): boolean {
  const pages = data?.pages ?? [];
  return pages.length <= MOST_REFRESHED_PAGES && pages.some((page) => page.items.some(isRunning));
}

export function taskDetailQuery(id: string) {
  return queryOptions({
    queryKey: taskKeys.detail(id),
    queryFn: () => unwrap(api.GET("/api/v2/tasks/{task_id}", { params: { path: { task_id: id } } })),
    refetchInterval: ({ state }) => (state.data && isRunning(state.data.task) ? PROGRESS_MS / 2 : false),
  });
}

/** What can be asked for: names, summaries and the schemas of their inputs. */
export const actionsQuery = queryOptions({
  queryKey: ["actions"],
  queryFn: () => unwrap(api.GET("/api/v2/actions")),
  staleTime: Number.POSITIVE_INFINITY,
});

const ROUTES = {
  pause: "/api/v2/tasks/{task_id}/pause",
  resume: "/api/v2/tasks/{task_id}/resume",
  retry: "/api/v2/tasks/{task_id}/retry",
  skip: "/api/v2/tasks/{task_id}/skip",
  cancel: "/api/v2/tasks/{task_id}/cancel",
} as const satisfies Record<TaskAct, string>;

export function actOnTask(id: string, act: TaskAct): Promise<TaskItem> {
  return unwrap(api.POST(ROUTES[act], { params: { path: { task_id: id } } }));
}
