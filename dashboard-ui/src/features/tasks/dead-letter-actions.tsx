import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import type { TaskView } from "@/lib/model";
import { ResolveDialog } from "./resolve-dialog";
import { ResubmitDialog } from "./resubmit-dialog";

/** What a person may do about a dead letter: submit it again, or be done with it. */
export function DeadLetterActions({ view }: { readonly view: TaskView }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<"resubmit" | "resolve" | undefined>();
  const close = (): void => setOpen(undefined);
  return (
    <>
      <Button onClick={() => setOpen("resolve")}>Resolve…</Button>
      <Button look="primary" onClick={() => setOpen("resubmit")}>
        Resubmit…
      </Button>
      {open === "resubmit" && (
        <ResubmitDialog
          view={view}
          onClose={close}
          onDone={(made) => void navigate({ to: "/tasks/$id", params: { id: made.id } })}
        />
      )}
      {open === "resolve" && <ResolveDialog letters={[view.task]} onClose={close} />}
    </>
  );
}
