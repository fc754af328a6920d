import { type AlertStatus, STATUS_NAMES, VERDICT_NAMES, type Verdict } from "@/lib/model";
import { classes } from "./classes";
import { CheckIcon, EyeIcon } from "./icons";
import styles from "./status.module.css";

/** Where an alert stands; the verdict, once there is one, says more than "closed" does. */
export function StatusLabel({
  status,
  verdict = "undecided",
  stacked = false,
}: {
  readonly status: AlertStatus;
  readonly verdict?: Verdict;
  /** The verdict below instead of beside, for narrow columns. */
  readonly stacked?: boolean;
}) {
  return (
    <span className={classes(styles["status"], styles[status])}>
      {status === "open" && <span className={styles["dot"]} aria-hidden="true" />}
      {status === "acknowledged" && <EyeIcon size={13} />}
      {status === "closed" && <CheckIcon size={13} />}
      <span>
        {STATUS_NAMES[status]}
        {verdict !== "undecided" && (
          <span className={classes(styles["verdict"], stacked && styles["stacked"])}>
            {stacked ? " " : " · "}
            {VERDICT_NAMES[verdict]}
          </span>
        )}
      </span>
    </span>
  );
}
