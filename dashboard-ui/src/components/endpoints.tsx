import styles from "./endpoints.module.css";
import { ArrowRightIcon } from "./icons";

/** Who spoke to whom. */
export function Endpoints({ from, to }: { readonly from: string; readonly to: string }) {
  if (from === "" && to === "") return <span className="muted">–</span>;
  return (
    <span className={styles["endpoints"]} title={`${from || "unknown"} → ${to || "unknown"}`}>
      <span className={styles["address"]}>{from || "–"}</span>
      <ArrowRightIcon size={12} className={styles["arrow"]} />
      <span className="visually-hidden">to</span>
      <span className={styles["address"]}>{to || "–"}</span>
    </span>
  );
}
