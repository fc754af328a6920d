import type { ReactNode } from "react";
import styles from "./filters.module.css";

interface FiltersProps {
  readonly label: string;
  readonly children: ReactNode;
}

/** The row above a list that narrows it. */
export function Filters({ label, children }: FiltersProps) {
  return (
    <search className={styles["filters"]} aria-label={label}>
      {children}
    </search>
  );
}
