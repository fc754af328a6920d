import { type InfiniteData, QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { TaskItem, TaskPage } from "@/lib/model";
import { makeTask, RUNNING } from "@/testing/task-fixtures";
import { changedTask, isTaskChange, MOST_KEPT, mergeTask, mergeTaskChanges } from "./task-cache";
import { taskKeys } from "./task-queries";
import type { TaskSearch } from "./task-search";

function client(items: readonly TaskItem[], search: TaskSearch = {}) {
  const queryClient = new QueryClient();
  const data: InfiniteData<TaskPage> = { pages: [{ items: [...items], next: null }], pageParams: [""] };
  queryClient.setQueryData(taskKeys.list(search), data);
  const shown = (): TaskItem[] =>
    queryClient
      .getQueryData<InfiniteData<TaskPage>>(taskKeys.list(search))
      ?.pages.flatMap((page) => page.items) ?? [];
  return { queryClient, shown };
}

describe("a change of a task", () => {
  it("is recognised by its id", () => {
    expect([{ id: "tsk_1" }, { id: "" }, {}, null, "tsk_1"].map(isTaskChange)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it("empties what it leaves out, and keeps what it never tells", () => {
    const before = makeTask({ state: "retry_wait", due_at: 5, error: "no", percent: 30, principal: "usr_9" });
    const after = changedTask(before, { id: before.id, action: before.action, state: "running", attempt: 2 });
    expect(after).toMatchObject({
      state: "running",
      due_at: null,
      error: "",
      percent: 30,
      principal: "usr_9",
    });
    expect(changedTask(after, { id: before.id, state: "succeeded" }).percent).toBe(100);
  });

  it("that somebody wants it to stop changes nothing else", () => {
    expect(changedTask(RUNNING, { id: RUNNING.id, action: RUNNING.action, wanted: "cancel" })).toEqual({
      ...RUNNING,
      wanted: "cancel",
    });
  });
});

describe("a list of tasks", () => {
  it("takes new ones in at the top and changes the others in their places", () => {
    const { queryClient, shown } = client([makeTask({ id: "tsk_2" }), makeTask({ id: "tsk_1" })]);
    mergeTaskChanges(queryClient, [
      { id: "tsk_3", action: "journal.trim", state: "queued" },
      { id: "tsk_1", action: "events.replay", state: "running", attempt: 1 },
      { id: "tsk_9", wanted: "cancel" }, // not known here, and says nothing about itself
    ]);
    expect(shown().map(({ id, state }) => [id, state])).toEqual([
      ["tsk_3", "queued"],
      ["tsk_2", "queued"],
      ["tsk_1", "running"],
    ]);
  });

  it("holds what its filters name, in whatever order the changes came", () => {
    const { queryClient, shown } = client([makeTask({ id: "tsk_1" })], { state: "active" });
    mergeTaskChanges(queryClient, [
      { id: "tsk_1", state: "running", attempt: 1 },
      { id: "tsk_1", state: "succeeded", attempt: 1 },
      { id: "tsk_2", state: "failed" },
      { id: "tsk_3", state: "waiting" },
    ]);
    expect(shown().map(({ id }) => id)).toEqual(["tsk_3"]);
  });

  it("lets no row come or go while it is held, and says that something is missing", () => {
    const { queryClient, shown } = client([makeTask({ id: "tsk_1" })], { state: "active" });
    const missing = mergeTaskChanges(
      queryClient,
      [
        { id: "tsk_1", state: "succeeded" },
        { id: "tsk_2", state: "queued" },
      ],
      true,
    );
    expect(missing).toBe(true);
    expect(shown().map(({ id, state }) => [id, state])).toEqual([["tsk_1", "succeeded"]]);
    expect(mergeTaskChanges(queryClient, [{ id: "tsk_1", state: "succeeded" }], true)).toBe(false);
  });

  it("does not grow without end", () => {
    const { queryClient, shown } = client([]);
    const second: TaskPage = { items: [makeTask({ id: "tsk_0" })], next: null };
    queryClient.setQueryData<InfiniteData<TaskPage>>(taskKeys.list({}), {
      pages: [
        {
          items: Array.from({ length: MOST_KEPT }, (_, at) => makeTask({ id: `tsk_${9_999 - at}` })),
          next: "n",
        },
        second,
      ],
      pageParams: ["", "n"],
    });
    mergeTaskChanges(queryClient, [{ id: "tsk_99999", state: "queued" }]);
    expect(shown().some(({ id }) => id === "tsk_0")).toBe(false);
    expect(queryClient.getQueryState(taskKeys.list({}))?.isInvalidated).toBe(true);
  });

  it("and the task's own page take what the server answered", () => {
    const { queryClient, shown } = client([RUNNING]);
    queryClient.setQueryData(taskKeys.detail(RUNNING.id), { task: RUNNING, attempts: [] });
    mergeTask(queryClient, { ...RUNNING, wanted: "pause" });
    expect(shown()[0]?.wanted).toBe("pause");
    expect(queryClient.getQueryData(taskKeys.detail(RUNNING.id))).toMatchObject({
      task: { wanted: "pause" },
    });
  });
});
