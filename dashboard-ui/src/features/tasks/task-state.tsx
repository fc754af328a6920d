import { MinusIcon, PauseIcon } from "@/components/icons";
import { type StateLook, StateMark } from "@/components/state-mark";
import type { TaskItem } from "@/lib/model";
import { stateName } from "./task-states";

const LOOKS: Readonly<Record<string, StateLook>> = {
  succeeded: "good",
  failed: "bad",
  dead: "bad",
  running: "busy",
  retry_wait: "waits",
  parked: "waits",
};

/** Where a task is in its life. */
export function TaskState({ task }: { readonly task: Pick<TaskItem, "state" | "reason" | "wanted"> }) {
  return (
    <StateMark look={LOOKS[task.state] ?? "idle"} mark={markOf(task.state)}>
      {stateName(task)}
    </StateMark>
  );
}

function markOf(state: string) {
  if (state === "cancelled") return <MinusIcon size={13} />;
  return state === "paused" ? <PauseIcon size={13} /> : undefined;
}
