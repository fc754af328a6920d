import { type ReactNode, useState } from "react";
import styles from "./ask.module.css";
import { Button } from "./button";
import { FormFoot } from "./form-foot";
import { Modal } from "./modal";
import { ProblemPanel } from "./notice";

interface AskProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly keep?: string;
  readonly go: string;
  /** Does it, and closes the dialog or puts another one in its place. */
  readonly onGo: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** A question before something is done, which says why when it could not be done. */
export function Ask({ title, children, keep = "Keep it", go, onGo, onClose }: AskProps) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const act = async (): Promise<void> => {
    setBusy(true);
    try {
      await onGo();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Modal title={title} open onClose={onClose}>
      <div className={styles["stack"]}>
        {children}
        {error !== undefined && <ProblemPanel error={error} />}
        <FormFoot sticky>
          <Button onClick={onClose}>{keep}</Button>
          <Button look="primary" disabled={busy} onClick={() => void act()}>
            {go}
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}
