import { classes } from "@/components/classes";
import { RowSub } from "@/components/row-title";
import { Time } from "@/components/time";
import type { BreakerView } from "@/lib/model";
import { formatPercent } from "@/lib/number";
import styles from "./breakers-page.module.css";

const NAMES: Readonly<Record<BreakerView["mode"], readonly [name: string, look: string]>> = {
  closed: ["Closed", "good"],
  open: ["Open", "bad"],
  half_open: ["Half open", "probing"],
  forced_open: ["Forced open", "bad"],
  forced_closed: ["Forced closed", "forced"],
};

export const modeName = (mode: BreakerView["mode"]): string => NAMES[mode][0];

/** What the breaker does with calls now. */
export function BreakerState({ breaker }: { readonly breaker: BreakerView }) {
  const [name, look] = NAMES[breaker.mode];
  return (
    <>
      <span className={styles["state"]}>
        <span className={classes(styles["dot"], styles[look])} aria-hidden="true" />
        {name}
      </span>
      {breaker.until > 0 && (
        <RowSub>
          Probes at <Time at={breaker.until} />
        </RowSub>
      )}
      {breaker.mode === "half_open" && <RowSub>A few calls decide</RowSub>}
    </>
  );
}

interface RateProps {
  readonly name: string;
  /** 0 to 1. */
  readonly rate: number;
  /** 0 to 1: at this it opens; above 1 it never does. */
  readonly limit: number;
}

/** A share of the calls beside the share at which the breaker opens. */
export function Rate({ name, rate, limit }: RateProps) {
  const words = limit > 1 ? formatPercent(rate) : `${formatPercent(rate)} · opens at ${formatPercent(limit)}`;
  return (
    <span className={styles["rate"]}>
      <svg
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${formatPercent(rate)}, ${limit > 1 ? "never opens it" : `opens it at ${formatPercent(limit)}`}`}
      >
        <rect className={styles["track"]} y="1" width="100" height="6" />
        <rect
          className={styles[rate >= limit ? "over" : "under"]}
          y="1"
          width={Math.min(100, rate * 100)}
          height="6"
        />
        {limit <= 1 && (
          <rect className={styles["limit"]} x={Math.min(99, limit * 100)} width="1" height="8" />
        )}
      </svg>
      <span aria-hidden="true">{words}</span>
    </span>
  );
}
