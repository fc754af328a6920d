/** How a changed task reaches what is already on the screen, without asking the server again. */
import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import { asRecord, isRecord } from "@/lib/json";
import type { TaskItem, TaskPage, TaskView } from "@/lib/model";
import { mergePages, type Order } from "@/lib/pages";
import { taskKeys } from "./task-queries";
import { matchesTaskSearch, parseTaskSearch } from "./task-search";

type Pages = InfiniteData<TaskPage>;

/** What the live topic says of a task: what is empty is left out. */
export interface TaskChange extends Partial<TaskItem> {
  readonly id: string;
}

export const isTaskChange = (data: unknown): data is TaskChange =>
  isRecord(data) && typeof data["id"] === "string" && data["id"] !== "";

/** Ids are made in the order of time. */
const NEWEST_FIRST: Order<TaskItem> = {
  id: (task) => task.id,
  compare: (one, other) => (other.id > one.id ? 1 : -1),
};

const NEW: Omit<TaskItem, "id"> = {
  action: "",
  state: "queued",
  reason: "",
  principal: "",
  origin: "",
  priority: 5,
  dependency: "",
  attempt: 0,
  failures: 0,
  deaths: 0,
  wanted: "",
  created_at: 0,
  updated_at: 0,
  due_at: null,
  started_at: null,
  ended_at: null,
  deadline: null,
  percent: 0,
  stage: "",
  message: "",
  error_code: "",
  error: "",
  fault: "",
  resolved_at: null,
  resolution: "",
};

/** What a change of state leaves as it was. */
const KEPT = ["principal", "deadline", "percent", "stage", "message", "resolved_at", "resolution"] as const;

/** The task after the change: what the change leaves out is empty, or not told by it and kept. */
export function changedTask(before: TaskItem | undefined, change: TaskChange): TaskItem {
  // Somebody wants a running task to stop: that is all this change says.
  if (change.wanted !== undefined && change.state === undefined) return { ...NEW, ...before, ...change };
  const kept = before && Object.fromEntries(KEPT.map((name) => [name, before[name]]));
  return { ...NEW, ...kept, ...change, ...(change.state === "succeeded" && { percent: 100 }) };
}

/** Beyond so many tasks a list goes back to its first page, so that a tab that stays open does not grow. */
export const MOST_KEPT = 1_000;

/**
 * Merges changes in the order in which they came. While the lists are held, no row comes, goes or moves: known ones
 * change in their places. Whether something was held back.
 */
export function mergeTaskChanges(
  queryClient: QueryClient,
  changes: readonly TaskChange[],
  isHeld = false,
): boolean {
  let missing = false;
  for (const [key, data] of queryClient.getQueriesData<Pages>({ queryKey: taskKeys.lists })) {
    if (data === undefined) continue;
    const known = new Map(data.pages.flatMap((page) => page.items.map((task) => [task.id, task] as const)));
    const changed = applied(changes, known);
    const search = parseTaskSearch(asRecord(key[2]));
    const arriving = [...changed.values()].filter((task) => matchesTaskSearch(task, search));
    const touched = [...changed.keys()].some((id) => known.has(id));
    if (arriving.length === 0 && !touched) continue;
    missing ||= isHeld && arriving.some((task) => !known.has(task.id));
    const merged = isHeld
      ? inPlace(data, changed)
      : mergePages(data, new Set(changed.keys()), arriving, NEWEST_FIRST);
    keep(queryClient, key, merged);
  }
  return missing;
}

function applied(
  changes: readonly TaskChange[],
  known: ReadonlyMap<string, TaskItem>,
): Map<string, TaskItem> {
  const changed = new Map<string, TaskItem>();
  for (const change of changes) {
    const before = changed.get(change.id) ?? known.get(change.id);
    if (before !== undefined || change.state !== undefined)
      changed.set(change.id, changedTask(before, change));
  }
  return changed;
}

const inPlace = (data: Pages, changed: ReadonlyMap<string, TaskItem>): Pages => ({
  ...data,
  pages: data.pages.map((page) => ({
    ...page,
    items: page.items.map((task) => changed.get(task.id) ?? task),
  })),
});

function keep(queryClient: QueryClient, key: QueryKey, { pages, pageParams }: Pages): void {
  const grown = pages.reduce((sum, page) => sum + page.items.length, 0) > MOST_KEPT;
  queryClient.setQueryData<Pages>(
    key,
    grown ? { pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) } : { pages, pageParams },
  );
  // The first page's cursor no longer fits what was added to it: fetched again, it does.
  if (grown) void queryClient.invalidateQueries({ queryKey: key, exact: true });
}

/** Puts what the server answered into the lists and the task's own page. */
export function mergeTask(queryClient: QueryClient, task: TaskItem): void {
  mergeTaskChanges(queryClient, [task]);
  queryClient.setQueryData<TaskView>(taskKeys.detail(task.id), (view) => view && { ...view, task });
  void queryClient.invalidateQueries({ queryKey: taskKeys.detail(task.id) });
}
