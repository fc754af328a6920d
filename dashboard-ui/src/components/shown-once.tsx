import type { ReactNode } from "react";
import { Button } from "./button";
import { FormFoot } from "./form-foot";
import { Modal } from "./modal";
import styles from "./shown-once.module.css";

interface ShownOnceProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** What it is, the secret itself, and what to do with it. */
  readonly children: ReactNode;
}

/** A secret that is never shown again, in a dialog that no click beside it closes. */
export function ShownOnce({ title, onClose, wide = false, children }: ShownOnceProps) {
  return (
    <Modal title={title} open onClose={onClose} wide={wide} firm>
      <div className={styles["text"]}>
        {children}
        <FormFoot sticky>
          <Button look="primary" onClick={onClose}>
            I have copied it
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}
