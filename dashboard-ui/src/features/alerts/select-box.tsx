import type { Alert } from "@/lib/model";
import styles from "./alerts-table.module.css";
import { useSelection } from "./selection";

/** Selects an alert of the list. */
export function SelectBox({ alert }: { readonly alert: Alert }) {
  const { ids, toggle } = useSelection();
  return (
    <label className={styles["box"]}>
      <span className="visually-hidden">Select {alert.title}</span>
      <input
        type="checkbox"
        data-select={alert.id}
        checked={ids.has(alert.id)}
        onChange={() => toggle(alert.id)}
      />
    </label>
  );
}
