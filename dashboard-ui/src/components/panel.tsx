import type { ReactNode } from "react";
import styles from "./panel.module.css";

interface PanelProps {
  readonly children: ReactNode;
  readonly hidden?: boolean;
  readonly busy?: boolean;
}

/** The surface that a page's list lies on. */
export function Panel({ children, hidden = false, busy }: PanelProps) {
  return (
    <div className={styles["panel"]} hidden={hidden} aria-busy={busy}>
      {children}
    </div>
  );
}
