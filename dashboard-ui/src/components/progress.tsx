import styles from "./progress.module.css";

interface ProgressProps {
  /** 0 to 100. */
  readonly percent: number;
  /** What is under way. */
  readonly label: string;
  /** What it is doing now. */
  readonly stage?: string;
}

/** How far something is: a bar, the figure, and what it is doing. */
export function Progress({ percent, label, stage = "" }: ProgressProps) {
  const shown = Math.round(Math.min(100, Math.max(0, percent)));
  return (
    <span className={styles["progress"]}>
      <progress className={styles["bar"]} max={100} value={shown} aria-label={label} />
      <span className={styles["text"]}>
        {shown} %{stage !== "" && <span className={styles["stage"]}> · {stage}</span>}
      </span>
    </span>
  );
}
