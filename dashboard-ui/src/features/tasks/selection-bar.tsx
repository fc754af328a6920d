import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button, IconButton } from "@/components/button";
import { CloseIcon } from "@/components/icons";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { TaskItem } from "@/lib/model";
import { plural } from "@/lib/number";
import { refreshLetters, resubmitLetter } from "./dead-letter-queries";
import styles from "./dead-letters-page.module.css";
import { handleEach } from "./handle-each";
import { ResolveDialog } from "./resolve-dialog";

interface SelectionBarProps {
  readonly letters: readonly TaskItem[];
  readonly onClear: () => void;
}

/** What can be done with the dead letters that were selected. */
export function SelectionBar({ letters, onClear }: SelectionBarProps) {
  const queryClient = useQueryClient();
  const [resolving, setResolving] = useState(false);
  const [busy, setBusy] = useState(false);

  const resubmit = async (): Promise<void> => {
    setBusy(true);
    const { done, refused, firstError } = await handleEach(letters, (letter) => resubmitLetter(letter.id));
    refreshLetters(queryClient);
    setBusy(false);
    if (done > 0) toastSaid(`Resubmitted ${plural(done, "dead letter")}`);
    if (refused.length > 0) toastProblem("Not all were resubmitted", firstError);
    else onClear();
  };

  return (
    <section className={styles["selection"]} aria-label="Selected">
      <span role="status">{letters.length} selected</span>
      <Button size="sm" disabled={busy} onClick={() => void resubmit()}>
        Resubmit
      </Button>
      <Button size="sm" disabled={busy} onClick={() => setResolving(true)}>
        Resolve…
      </Button>
      <IconButton label="Clear the selection" size="sm" onClick={onClear}>
        <CloseIcon size={14} />
      </IconButton>
      {resolving && <ResolveDialog letters={letters} onClose={() => setResolving(false)} onDone={onClear} />}
    </section>
  );
}
