import { classes } from "./classes";
import styles from "./score-bar.module.css";

function band(score: number): string {
  if (score >= 80) return "critical";
  if (score >= 60) return "high";
  if (score >= 35) return "medium";
  return "low";
}

/** A score from 0 to 100 as number and bar. */
export function ScoreBar({ score, large = false }: { readonly score: number; readonly large?: boolean }) {
  return (
    <span className={classes(styles["score"], large && styles["large"])}>
      <span className={styles["number"]}>{score}</span>
      <svg className={styles["bar"]} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles["track"]} width="100" height="6" />
        <rect className={styles[band(score)]} width={Math.max(1, Math.min(100, score))} height="6" />
      </svg>
    </span>
  );
}
