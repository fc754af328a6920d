import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "@/components/button";
import { toastProblem } from "@/components/toaster";
import type { Alert } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import { postNote } from "./triage-queries";
import styles from "./triage-section.module.css";
import { useShow } from "./use-show";

const LONGEST = 4_000;

/** A note about an alert. It stays in the field until the server has it. */
export function NoteForm({ alert }: { readonly alert: Alert }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const show = useShow();
  const note = useMutation({
    mutationFn: (said: string) => postNote(alert.id, said),
    onSuccess: ({ alert: saved }) => {
      setText("");
      show([saved]);
    },
    onError: (error) => toastProblem("The note was not kept", error),
  });
  const ready = text.trim() !== "" && !note.isPending;
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    if (ready) note.mutate(text);
  };

  useShortcut("n", () => field.current?.focus());

  return (
    <form className={styles["form"]} onSubmit={send}>
      <textarea
        ref={field}
        aria-label="Note"
        aria-keyshortcuts="n"
        placeholder="Write a note"
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <div className={styles["foot"]}>
        <span>A note is never changed.</span>
        <Button type="submit" disabled={!ready}>
          Add note
        </Button>
      </div>
    </form>
  );
}
