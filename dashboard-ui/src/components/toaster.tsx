/** Short messages at the edge, on Base UI's toast (announced, reachable by F6, undo as its action). */
import { Toast } from "@base-ui/react/toast";
import type { ReactNode } from "react";
import { asProblem, sentenceOf } from "@/lib/problem";
import { buttonClass } from "./button";
import { classes } from "./classes";
import { CloseIcon } from "./icons";
import styles from "./toaster.module.css";

const toasts = Toast.createToastManager();

/** Says what was done to `thing` and offers to take it back; a later change to the same thing takes its place. */
export function toastUndo(thing: string, title: string, undo: () => void): void {
  const id = toasts.add({
    id: `undo ${thing}`,
    title,
    timeout: 8_000,
    actionProps: {
      children: "Undo",
      onClick: () => {
        toasts.close(id);
        undo();
      },
    },
  });
}

/** Says what is there now, and offers the next step. */
export function toastOffer(title: string, step: string, go: () => void): void {
  const id = toasts.add({
    title,
    timeout: 20_000,
    actionProps: {
      children: step,
      onClick: () => {
        toasts.close(id);
        go();
      },
    },
  });
}

/** Says what was done, when there is nothing to take back. */
export function toastSaid(title: string): void {
  toasts.add({ title, timeout: 6_000 });
}

export function toastProblem(what: string, error: unknown): void {
  const { code, traceId } = asProblem(error);
  const reference = traceId === "" ? code : `${code}, trace ${traceId}`;
  toasts.add({
    type: "error",
    title: what,
    description: `${sentenceOf(error)} (${reference})`,
    // Not of high priority: such a toast hides itself from assistive technology and still takes the focus.
    timeout: 12_000,
  });
}

export function Toaster({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles["viewport"]}>
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts: shown } = Toast.useToastManager();
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={classes(styles["toast"], toast.type === "error" && styles["error"])}
    >
      <div className={styles["text"]}>
        <Toast.Title className={styles["title"]} />
        <Toast.Description className={styles["description"]} />
      </div>
      <Toast.Action className={buttonClass({ size: "sm" })} />
      <Toast.Close className={buttonClass({ look: "quiet", size: "sm" })} aria-label="Dismiss">
        <CloseIcon size={14} />
      </Toast.Close>
    </Toast.Root>
  ));
}
