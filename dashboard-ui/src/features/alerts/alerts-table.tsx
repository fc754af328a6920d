import { classes } from "@/components/classes";
import { type Column, VirtualTable } from "@/components/virtual-table";
import type { Alert } from "@/lib/model";
import { ALERT_COLUMNS, SELECT_COLUMN } from "./alert-columns";
import styles from "./alerts-table.module.css";
import { isFresh } from "./fresh";

interface AlertsTableProps {
  readonly alerts: readonly Alert[];
  readonly label?: string;
  readonly columns?: readonly Column<Alert>[];
  readonly selectable?: boolean;
  readonly hasMore?: boolean;
  readonly onMore?: () => void;
}

const ROW_HEIGHT = 46;
const keyOf = (alert: Alert): string => alert.id;
const rowClass = (alert: Alert): string =>
  classes(styles["card"], isFresh(alert.id) && styles["fresh"], alert.status === "closed" && styles["done"]);

export function AlertsTable({
  alerts,
  label = "Alerts",
  columns = ALERT_COLUMNS,
  selectable = false,
  ...more
}: AlertsTableProps) {
  return (
    <VirtualTable
      label={label}
      rows={alerts}
      columns={selectable ? [SELECT_COLUMN, ...columns] : columns}
      rowKey={keyOf}
      rowClass={rowClass}
      rowHeight={ROW_HEIGHT}
      {...more}
    />
  );
}
