import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { TaskItem } from "@/lib/model";
import { mergeTask } from "./task-cache";
import { actOnTask } from "./task-queries";
import type { TaskAct } from "./task-states";

interface Wish {
  readonly task: TaskItem;
  readonly act: TaskAct;
}

const DONE: Readonly<Record<TaskAct, string>> = {
  pause: "Paused",
  resume: "Resumed",
  retry: "Tried again",
  skip: "Skipped",
  cancel: "Cancelled",
};

/** One that runs is stopped by its worker, a moment later. */
const said = (act: TaskAct, task: TaskItem): string =>
  task.wanted === "" ? `${DONE[act]}: ${task.action}` : `Stopping: ${task.action}`;

/** Asks the server for it, shows what it answers, and says why where it refuses. */
export function useTaskActs(): (task: TaskItem, act: TaskAct) => Promise<void> {
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: ({ task, act }: Wish) => actOnTask(task.id, act),
    onSuccess: (task, { act }) => {
      mergeTask(queryClient, task);
      toastSaid(said(act, task));
    },
    onError: (error) => toastProblem("The task was not changed", error),
  });
  return async (task, act) => {
    await change.mutateAsync({ task, act }).catch(() => undefined); // said by onError
  };
}
