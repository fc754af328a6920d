import { classes } from "@/components/classes";
import type { Column } from "@/components/virtual-table";
import { formatNumber } from "@/lib/number";
import styles from "./usage-page.module.css";

export function column<T>(id: string, header: string, cell: Column<T>["cell"]): Column<T> {
  return { id, header, cell, className: styles[id] };
}

interface CountProps {
  readonly count: number;
  /** Said where no header does. */
  readonly unit: string;
  readonly bad?: boolean;
}

/** A number; on a phone, where the columns have no headers, with its unit. */
export function Count({ count, unit, bad = false }: CountProps) {
  return (
    <span className={classes(count === 0 && styles["none"], bad && count > 0 && styles["bad"])}>
      {formatNumber(count)}
      <span className={styles["unit"]}> {unit}</span>
    </span>
  );
}
