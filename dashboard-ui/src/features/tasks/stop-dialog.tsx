import { Ask } from "@/components/ask";
import type { TaskItem } from "@/lib/model";
import { useTaskActs } from "./use-task-acts";

/** What cannot be taken back. */
export type StopAct = "cancel" | "skip";

interface StopDialogProps {
  readonly task: TaskItem;
  readonly act: StopAct;
  readonly onClose: () => void;
}

const ASKED: Readonly<Record<StopAct, readonly [title: string, text: string, button: string]>> = {
  cancel: [
    "Cancel this task?",
    "It ends here, and tasks that need it are cancelled too. What it has not committed yet does not happen.",
    "Cancel the task",
  ],
  skip: [
    "Skip this task?",
    "It ends here, and tasks that need it go on as if it had succeeded.",
    "Skip the task",
  ],
};

export function StopDialog({ task, act, onClose }: StopDialogProps) {
  const stop = useTaskActs();
  const [title, text, button] = ASKED[act];
  return (
    <Ask title={title} go={button} onGo={() => stop(task, act).then(onClose)} onClose={onClose}>
      <p>
        <strong>{task.action}</strong> <code className="muted">{task.id}</code>
      </p>
      <p>{text}</p>
    </Ask>
  );
}
