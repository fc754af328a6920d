import { useState } from "react";
import { Button } from "@/components/button";
import { Modal } from "@/components/modal";
import type { Alert, AlertSample } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import { SuppressForm } from "./suppress-form";

interface DialogProps {
  readonly alert: Alert;
  readonly sample: AlertSample | undefined;
}

/** The button that begins a suppression from an alert, and the dialog behind it. */
export function SuppressButton({ alert, sample }: DialogProps) {
  const [open, setOpen] = useState(false);
  useShortcut("s", () => setOpen(true));
  return (
    <>
      <Button aria-keyshortcuts="s" onClick={() => setOpen(true)}>
        Suppress…
      </Button>
      <Modal title="Suppress findings like this" open={open} onClose={() => setOpen(false)} wide>
        <SuppressForm alert={alert} sample={sample} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}
