import { classes } from "@/components/classes";
import { CheckIcon, CloseIcon, MinusIcon, PauseIcon } from "@/components/icons";
import type { TaskItem } from "@/lib/model";
import styles from "./task-state.module.css";
import { stateName } from "./task-states";

const LOOKS: Readonly<Record<string, "good" | "bad" | "busy" | "waits" | "idle">> = {
  succeeded: "good",
  failed: "bad",
  dead: "bad",
  running: "busy",
  retry_wait: "waits",
  parked: "waits",
  cancelled: "idle",
  paused: "idle",
};

/** Where a task is in its life: a word, and a mark that does not need colour. */
export function TaskState({ task }: { readonly task: Pick<TaskItem, "state" | "reason" | "wanted"> }) {
  const look = LOOKS[task.state] ?? "idle";
  return (
    <span className={classes(styles["state"], styles[look])}>
      <Mark state={task.state} />
      {stateName(task)}
    </span>
  );
}

function Mark({ state }: { readonly state: string }) {
  if (state === "succeeded") return <CheckIcon size={13} />;
  if (state === "failed" || state === "dead") return <CloseIcon size={13} />;
  if (state === "cancelled") return <MinusIcon size={13} />;
  if (state === "paused") return <PauseIcon size={13} />;
  return (
    <span className={classes(styles["dot"], state === "running" && styles["full"])} aria-hidden="true" />
  );
}
