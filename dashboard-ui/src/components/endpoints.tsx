import { classes } from "./classes";
import styles from "./endpoints.module.css";
import { ArrowRightIcon } from "./icons";

interface EndpointsProps {
  readonly from: string;
  readonly to: string;
  /** Takes more lines where there is too little room for both, rather than cutting them. */
  readonly wraps?: boolean;
}

/** Who spoke to whom. */
export function Endpoints({ from, to, wraps = false }: EndpointsProps) {
  if (from === "" && to === "") return <span className="muted">–</span>;
  return (
    <span
      className={classes(styles["endpoints"], wraps && styles["wraps"])}
      title={`${from || "unknown"} → ${to || "unknown"}`}
    >
      <span className={styles["address"]}>{from || "–"}</span>
      <ArrowRightIcon size={12} className={styles["arrow"]} />
      <span className="visually-hidden">to</span>
      <span className={styles["address"]}>{to || "–"}</span>
    </span>
  );
}
