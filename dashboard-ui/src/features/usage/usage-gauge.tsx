import { Time } from "@/components/time";
import { formatNumber } from "@/lib/number";
import styles from "./usage-page.module.css";

interface UsageGaugeProps {
  readonly name: string;
  readonly used: number;
  /** 0 for none. */
  readonly limit: number;
  readonly left: number;
  /** So many of those left come on top of the limit. */
  readonly carried?: number;
  readonly refused?: number;
  readonly resetsAt: number;
}

/** From this share on, little is left. */
const NEAR = 0.8;

/** How much of a limit is used, what is left of it, and when it starts over. */
export function UsageGauge(props: UsageGaugeProps) {
  const { name, used, limit, left, carried = 0, refused = 0, resetsAt } = props;
  return (
    <div className={styles["gauge"]}>
      <h3 className={styles["gaugeName"]}>{name}</h3>
      <span className={styles["figure"]}>
        <strong>{formatNumber(used)}</strong> {limit > 0 ? `of ${formatNumber(limit)}` : "· no limit"}
      </span>
      {limit > 0 && (
        <>
          <meter
            className={styles["meter"]}
            aria-label={`${name}: used`}
            max={limit}
            low={limit * NEAR}
            high={limit - 1}
            optimum={0}
            value={Math.min(used, limit)}
          />
          <p className={styles["rest"]}>
            <span>
              {formatNumber(left)} left{carried > 0 && `, ${formatNumber(carried)} of them saved up`}
              {refused > 0 && <span className={styles["bad"]}> · {formatNumber(refused)} refused</span>}
            </span>
            <span>
              Starts over <Time at={resetsAt} />
            </span>
          </p>
        </>
      )}
    </div>
  );
}
