import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { Time, useNow } from "@/components/time";
import type { Micros, SourceItem } from "@/lib/model";
import { formatBytes, formatCompact, formatNumber } from "@/lib/number";
import { formatSpan } from "@/lib/time";
import styles from "./sources-page.module.css";

const QUIET_AFTER: Micros = 10 * 60_000_000;

interface SourcesTableProps {
  readonly sources: readonly SourceItem[];
  readonly onRejected: (name: string) => void;
}

export function SourcesTable({ sources, onRejected }: SourcesTableProps) {
  return (
    <div className={styles["panel"]}>
      <table role="table" className={styles["table"]} aria-label="Sources">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Source
            </th>
            <th role="columnheader" scope="col" className={styles["number"]}>
              Events
            </th>
            <th role="columnheader" scope="col" className={styles["number"]}>
              Rejected
            </th>
            <th role="columnheader" scope="col" className={styles["number"]}>
              Waiting
            </th>
            <th role="columnheader" scope="col" className={styles["when"]}>
              Last event
            </th>
            <th role="columnheader" scope="col" className={styles["lag"]}>
              Lag
            </th>
            <th role="columnheader" scope="col" className={styles["error"]}>
              Last error
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sources.map((source) => (
            <SourceRow key={source.name} source={source} onRejected={onRejected} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How old the newest event was when it arrived: the delay on the way here. */
function lagOf(source: SourceItem): string {
  if (source.last_event_at <= 0) return "–";
  return formatSpan(source.last_seen_at - source.last_event_at);
}

interface SourceRowProps {
  readonly source: SourceItem;
  readonly onRejected: (name: string) => void;
}

function SourceRow({ source, onRejected }: SourceRowProps) {
  const quiet = useNow() - source.last_seen_at > QUIET_AFTER;
  return (
    <tr role="row" className={styles["row"]}>
      <td role="cell" className={styles["source"]}>
        <Link to="/alerts" search={{ source: source.name, status: "all" }} className={styles["name"]}>
          {source.name}
        </Link>
        <span className={styles["state"]}>
          <span className={classes(styles["dot"], quiet && styles["quiet"])} aria-hidden="true" />
          {quiet ? "Quiet" : "Receiving"} · {source.format || "recognised by record"}
        </span>
      </td>
      <td role="cell" className={styles["number"]} data-name="Events">
        <span title={formatNumber(source.events)}>{formatCompact(source.events)}</span>
        <span className={styles["sub"]}>{formatBytes(source.size)}</span>
      </td>
      <td role="cell" className={styles["number"]} data-name="Rejected">
        {source.rejected === 0 ? (
          <span className="muted">0</span>
        ) : (
          <button
            type="button"
            className={styles["rejected"]}
            onClick={() => onRejected(source.name)}
            aria-label={`${formatNumber(source.rejected)} rejected lines of ${source.name}: show the newest`}
          >
            {formatCompact(source.rejected)}
          </button>
        )}
      </td>
      <td role="cell" className={styles["number"]} data-name="Waiting">
        {formatCompact(source.waiting)}
      </td>
      <td role="cell" className={styles["when"]} data-name="Last event">
        <Time at={source.last_event_at} />
      </td>
      <td role="cell" className={styles["lag"]} data-name="Lag">
        {lagOf(source)}
      </td>
      <td
        role="cell"
        className={classes(styles["error"], source.last_error === "" && styles["none"])}
        data-name="Last error"
      >
        {source.last_error === "" ? <span className="muted">none</span> : source.last_error}
      </td>
    </tr>
  );
}
