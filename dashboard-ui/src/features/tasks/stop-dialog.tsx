import { useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import type { TaskItem } from "@/lib/model";
import styles from "./dialogs.module.css";
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
  const [busy, setBusy] = useState(false);
  const [title, text, button] = ASKED[act];
  const go = async (): Promise<void> => {
    setBusy(true);
    await stop(task, act);
    onClose();
  };
  return (
    <Modal title={title} open onClose={onClose}>
      <div className={styles["stack"]}>
        <p>
          <strong>{task.action}</strong> <code className="muted">{task.id}</code>
        </p>
        <p>{text}</p>
        <FormFoot>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={busy} onClick={() => void go()}>
            {button}
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}
