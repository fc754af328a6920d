import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { TextArea } from "@/components/text-area";
import { isRecord, parseJson } from "@/lib/json";
import type { TaskItem, TaskView } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import { refreshLetters, resubmitLetter } from "./dead-letter-queries";
import styles from "./dialogs.module.css";

interface ResubmitDialogProps {
  readonly view: TaskView;
  readonly onClose: () => void;
  readonly onDone: (made: TaskItem) => void;
}

/** Submits a dead letter again, with its own input or what was made of it here. */
export function ResubmitDialog({ view: { task, input }, onClose, onDone }: ResubmitDialogProps) {
  const queryClient = useQueryClient();
  const own = JSON.stringify(input, null, 2);
  const [text, setText] = useState(own);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);

  const resubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const edited = parseJson(text);
    if (!isRecord(edited)) return setError("This is no JSON object.");
    setBusy(true);
    setError(undefined);
    try {
      const made = await resubmitLetter(task.id, text === own ? undefined : edited);
      refreshLetters(queryClient);
      onClose();
      onDone(made);
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
  };

  return (
    <Modal title={`Resubmit ${task.action}`} open onClose={onClose} wide>
      <form className={styles["stack"]} onSubmit={(event) => void resubmit(event)}>
        <p>It runs again as a new task, and this dead letter is resolved.</p>
        <TextArea
          label="Input"
          hint="As it was; change what was wrong with it."
          code
          rows={Math.min(16, Math.max(4, own.split("\n").length + 1))}
          value={text}
          error={error}
          onChange={(event) => setText(event.target.value)}
        />
        <FormFoot>
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="primary" disabled={busy}>
            Resubmit
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
