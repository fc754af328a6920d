import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { TextArea } from "@/components/text-area";
import { toastSaid } from "@/components/toaster";
import type { TaskItem } from "@/lib/model";
import { plural } from "@/lib/number";
import { refreshLetters, resolveLetter } from "./dead-letter-queries";
import styles from "./dialogs.module.css";
import { handleEach } from "./handle-each";

interface ResolveDialogProps {
  readonly letters: readonly TaskItem[];
  readonly onClose: () => void;
  readonly onDone?: () => void;
}

const LONGEST_NOTE = 2_000;

/** Is done with one or more dead letters, and says why. */
export function ResolveDialog({ letters, onClose, onDone }: ResolveDialogProps) {
  const queryClient = useQueryClient();
  const [note, setNote] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const what = plural(letters.length, "dead letter");

  const resolve = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const { done, refused } = await handleEach(letters, (letter) => resolveLetter(letter.id, note.trim()));
    refreshLetters(queryClient);
    setBusy(false);
    if (refused.length > 0) return setError(refused.join(" "));
    toastSaid(`Resolved ${plural(done, "dead letter")}`);
    onDone?.();
    onClose();
  };

  return (
    <Modal
      title={`Resolve ${letters.length === 1 ? (letters[0]?.action ?? what) : what}`}
      open
      onClose={onClose}
    >
      <form className={styles["stack"]} onSubmit={(event) => void resolve(event)}>
        <TextArea
          label="Why nothing more is to be done"
          required
          rows={3}
          maxLength={LONGEST_NOTE}
          value={note}
          error={error}
          onChange={(event) => setNote(event.target.value)}
        />
        <FormFoot>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy || note.trim() === ""}>
            Resolve
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
