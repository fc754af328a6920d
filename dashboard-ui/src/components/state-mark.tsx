import type { ReactNode } from "react";
import { classes } from "./classes";
import { CheckIcon, CloseIcon } from "./icons";
import styles from "./state-mark.module.css";

export type StateLook = "good" | "bad" | "busy" | "waits" | "idle";

interface StateMarkProps {
  readonly look: StateLook;
  /** Another mark than the one of the look. */
  readonly mark?: ReactNode;
  /** The state as a word. */
  readonly children: string;
}

/** Where something is in its life: a word, and a mark that does not need colour. */
export function StateMark({ look, mark, children }: StateMarkProps) {
  return (
    <span className={classes(styles["state"], styles[look])}>
      {mark ?? <Mark look={look} />}
      {children}
    </span>
  );
}

function Mark({ look }: { readonly look: StateLook }) {
  if (look === "good") return <CheckIcon size={13} />;
  if (look === "bad") return <CloseIcon size={13} />;
  return <span className={classes(styles["dot"], look === "busy" && styles["full"])} aria-hidden="true" />;
}
