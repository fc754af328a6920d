import type { ReactNode } from "react";
import styles from "./tabs-nav.module.css";

/** Links between the pages that belong together; the router marks the one that is open. */
export function TabsNav({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <nav className={styles["tabs"]} aria-label={label}>
      {children}
    </nav>
  );
}

export const tabClass = styles["tab"] ?? "";
