import { formatNumber, plural } from "@/lib/number";
import styles from "./histogram.module.css";
import type { HistogramView } from "./histogram-data";

interface TipProps {
  readonly view: HistogramView;
  readonly low: number;
  readonly high: number;
  readonly title: string;
  readonly count: number;
}

/** What the marked spans hold. */
export function HistogramTip({ view: { spans, series }, low, high, title, count }: TipProps) {
  const middle = (low + high + 1) / 2 / spans.length;
  const parts = series
    .map(({ name, colour }, index) => ({
      name,
      colour,
      count: spans.slice(low, high + 1).reduce((sum, span) => sum + (span.parts[index] ?? 0), 0),
    }))
    .filter((part) => part.count > 0);
  return (
    <div
      className={styles["tip"]}
      aria-hidden="true"
      style={{ insetInlineStart: `${middle * 100}%`, translate: `${-middle * 100}% 0` }}
    >
      <strong>{title}</strong>
      <span>{plural(count, "event")}</span>
      {parts.map((part) => (
        <span key={part.name} className={styles["part"]}>
          <i className={styles[part.colour]} /> {part.name} <b>{formatNumber(part.count)}</b>
        </span>
      ))}
    </div>
  );
}
