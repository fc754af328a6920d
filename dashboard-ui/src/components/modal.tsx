/** A dialog over the page, on Base UI's dialog (focus trap, Escape, focus returns). */
import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { buttonClass } from "./button";
import { classes } from "./classes";
import { CloseIcon } from "./icons";
import styles from "./modal.module.css";

interface ModalProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** A click beside it does not close it: what it shows is not shown again. */
  readonly firm?: boolean;
  readonly children: ReactNode;
}

export function Modal({ title, open, onClose, wide = false, firm = false, children }: ModalProps) {
  return (
    <Dialog.Root open={open} disablePointerDismissal={firm} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles["backdrop"]} />
        <Dialog.Popup className={classes(styles["popup"], wide && styles["wide"])}>
          <div className={styles["head"]}>
            <Dialog.Title className={styles["title"]}>{title}</Dialog.Title>
            <Dialog.Close className={buttonClass({ look: "quiet", size: "sm" })} aria-label="Close">
              <CloseIcon />
            </Dialog.Close>
          </div>
          <div className={styles["body"]}>{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
