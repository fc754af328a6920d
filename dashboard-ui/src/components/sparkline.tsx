import styles from "./sparkline.module.css";

interface SparklineProps {
  /** What it shows, in words: the alternative for those who do not see it. */
  readonly label: string;
  /** One value per step, oldest first. */
  readonly values: readonly number[];
}

const STEP = 3;
const HEIGHT = 32;

/** Small bars over time, drawn as one path. */
export function Sparkline({ label, values }: SparklineProps) {
  const top = Math.max(1, ...values);
  const bars = values
    .map((value, step) => {
      const height = value === 0 ? 0 : Math.max(2, (value / top) * HEIGHT);
      return height === 0 ? "" : `M${step * STEP} ${HEIGHT}v${-height}h2v${height}z`;
    })
    .join("");
  return (
    <svg
      className={styles["sparkline"]}
      viewBox={`0 0 ${values.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path className={styles["base"]} d={`M0 ${HEIGHT - 0.5}H${values.length * STEP}`} />
      <path className={styles["bars"]} d={bars} />
    </svg>
  );
}
