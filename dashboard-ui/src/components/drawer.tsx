/** A panel at the page's edge with the details of one thing, on Base UI's dialog (focus trap, Escape, focus returns). */
import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode } from "react";
import { buttonClass } from "./button";
import styles from "./drawer.module.css";
import { CloseIcon } from "./icons";

interface DrawerProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What stands beside the button that closes it. */
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Drawer({ title, lead, actions, onClose, children }: DrawerProps) {
  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles["backdrop"]} />
        <Dialog.Popup className={styles["popup"]}>
          <div className={styles["head"]}>
            <div className={styles["text"]}>
              <Dialog.Title className={styles["title"]}>{title}</Dialog.Title>
              {lead !== undefined && <div className={styles["lead"]}>{lead}</div>}
            </div>
            {actions}
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
