import type { Micros } from "@/lib/model";
import styles from "./timeline.module.css";

interface TimelineProps {
  readonly first: Micros;
  readonly last: Micros;
  readonly marks: readonly Micros[];
}

const WIDTH = 320;
const EDGE = 6;

/** First and last match as a line, the kept events as marks on it. The figures stand below it as text. */
export function Timeline({ first, last, marks }: TimelineProps) {
  const span = Math.max(1, last - first);
  const x = (at: Micros): number =>
    EDGE + (last === first ? 0.5 : Math.min(1, Math.max(0, (at - first) / span))) * (WIDTH - 2 * EDGE);
  return (
    <svg className={styles["timeline"]} viewBox={`0 0 ${WIDTH} 24`} aria-hidden="true">
      <path className={styles["axis"]} d={`M${EDGE} 12H${WIDTH - EDGE}`} />
      <path className={styles["span"]} d={`M${x(first)} 12H${x(last)}`} />
      {[...new Set(marks)].map((at) => (
        <path key={at} className={styles["mark"]} d={`M${x(at)} 6v12`} />
      ))}
      <circle className={styles["end"]} cx={x(first)} cy="12" r="4.500" />
      <circle className={styles["end"]} cx={x(last)} cy="12" r="4.500" />
    </svg>
  );
}
