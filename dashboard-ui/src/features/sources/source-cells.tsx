import type { ReactNode } from "react";
import { RowSub } from "@/components/row-title";
import { Sparkline } from "@/components/sparkline";
import { Time } from "@/components/time";
import type { SourceItem } from "@/lib/model";
import { formatBytes, formatCompact, formatNumber, plural } from "@/lib/number";
import { formatSpan } from "@/lib/time";
import styles from "./sources-page.module.css";

function formatRate(rate: number): string {
  if (rate > 0 && rate < 0.05) return "under 0.1/s";
  return rate === 0 || rate >= 10 ? `${formatCompact(Math.round(rate))}/s` : `${rate.toFixed(1)}/s`;
}

/** Records a second, and how that went in the last minutes. */
function Rate({ source: { rate, series } }: { readonly source: SourceItem }) {
  const words = `${formatRate(rate)} over the last minute, at most ${formatNumber(Math.max(0, ...series))} in five seconds`;
  return (
    <span className={styles["rateCell"]}>
      <span>{formatRate(rate)}</span>
      {series.some((count) => count > 0) && <Sparkline label={words} values={series} />}
    </span>
  );
}

/** What is received and not yet processed. */
function Waiting({ source: { waiting, waiting_bytes: bytes, lag } }: { readonly source: SourceItem }) {
  const behind = [bytes > 0 && formatBytes(bytes), lag > 1e6 && `for ${formatSpan(lag)}`]
    .filter(Boolean)
    .join(" ");
  return (
    <>
      {formatCompact(waiting)}
      {behind !== "" && <RowSub>{behind}</RowSub>}
    </>
  );
}

/** How many events, and what they weigh. */
function Events({ source: { events, size } }: { readonly source: SourceItem }) {
  return (
    <>
      <span title={formatNumber(events)}>{formatCompact(events)}</span>
      <RowSub>{formatBytes(size)}</RowSub>
    </>
  );
}

interface FiguresProps {
  readonly source: SourceItem;
  /** How many lines were rejected, as a way to them where there is one. */
  readonly rejected: ReactNode;
}

/** The cells with what a source, or several together, brought and when. */
export function Figures({ source, rejected }: FiguresProps) {
  return (
    <>
      <td role="cell" className={styles["rate"]} data-name="Rate">
        <Rate source={source} />
      </td>
      <td role="cell" className={styles["number"]} data-name="Events">
        <Events source={source} />
      </td>
      <td role="cell" className={styles["number"]} data-name="Rejected">
        {source.rejected === 0 ? <span className="muted">0</span> : rejected}
        {source.lost > 0 && <RowSub>{plural(source.lost, "lost", "lost")}</RowSub>}
      </td>
      <td role="cell" className={styles["number"]} data-name="Waiting">
        <Waiting source={source} />
      </td>
      <td role="cell" className={styles["when"]} data-name="Last arrival">
        <Time at={source.last_seen_at} />
        <RowSub>
          event <Time at={source.last_event_at} />
        </RowSub>
      </td>
    </>
  );
}
