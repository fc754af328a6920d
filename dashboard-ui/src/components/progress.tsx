import styles from "./progress.module.css";

interface ProgressProps {
  /** 0 to 100. */
  readonly percent: number;
  /** What is under way. */
  readonly label: string;
  /** What it is doing now. */
  readonly stage?: string;
}

interface ProgressBarProps {
  readonly value: number;
  readonly max: number;
  readonly label: string;
}

/** How far something is, as a bar that is as wide as there is room. */
export function ProgressBar({ value, max, label }: ProgressBarProps) {
  return <progress className={styles["bar"]} max={max} value={value} aria-label={label} />;
}

/** How far something is: a bar, the figure, and what it is doing. */
export function Progress({ percent, label, stage = "" }: ProgressProps) {
  const shown = Math.round(Math.min(100, Math.max(0, percent)));
  return (
    <span className={styles["progress"]}>
      <ProgressBar max={100} value={shown} label={label} />
      <span className={styles["text"]}>
        {shown} %{stage !== "" && <span className={styles["stage"]}> · {stage}</span>}
      </span>
    </span>
  );
}
