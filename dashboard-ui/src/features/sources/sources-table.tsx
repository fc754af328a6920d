import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { Panel } from "@/components/panel";
import { RowSub } from "@/components/row-title";
import { Sparkline } from "@/components/sparkline";
import { Time } from "@/components/time";
import type { SourceItem } from "@/lib/model";
import { formatBytes, formatCompact, formatNumber, plural } from "@/lib/number";
import { formatSpan } from "@/lib/time";
import { type SourceAct, SourceMenu } from "./source-menu";
import { SourceNote, SourceState } from "./source-state";
import styles from "./sources-page.module.css";

interface SourcesTableProps {
  readonly sources: readonly SourceItem[];
  readonly mayChange: boolean;
  readonly onRejected: (name: string) => void;
  readonly onAct: (source: SourceItem, act: SourceAct) => void;
}

const COLUMNS = [
  ["Source", undefined],
  ["Rate", "rate"],
  ["Events", "number"],
  ["Rejected", "number"],
  ["Waiting", "number"],
  ["Last event", "when"],
  ["State or error", "error"],
  ["Actions", "act"],
] as const;

export function SourcesTable({ sources, ...rest }: SourcesTableProps) {
  return (
    <Panel>
      <table role="table" className={styles["table"]} aria-label="Sources">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map(([name, look]) => (
              <th key={name} role="columnheader" scope="col" className={look && styles[look]}>
                {name === "Actions" ? <span className="visually-hidden">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sources.map((source) => (
            <SourceRow key={source.name} source={source} {...rest} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function formatRate(rate: number): string {
  if (rate > 0 && rate < 0.05) return "under 0.1/s";
  return rate === 0 || rate >= 10 ? `${formatCompact(Math.round(rate))}/s` : `${rate.toFixed(1)}/s`;
}

function Rate({ source: { rate, series } }: { readonly source: SourceItem }) {
  const words = `${formatRate(rate)} over the last minute, at most ${formatNumber(Math.max(0, ...series))} in five seconds`;
  return (
    <span className={styles["rateCell"]}>
      <span>{formatRate(rate)}</span>
      {series.some((count) => count > 0) && <Sparkline label={words} values={series} />}
    </span>
  );
}

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

type RowProps = Omit<SourcesTableProps, "sources"> & { readonly source: SourceItem };

function SourceRow({ source, mayChange, onRejected, onAct }: RowProps) {
  const clean = source.error === "" && source.last_error === "";
  return (
    <tr role="row" className={styles["row"]}>
      <td role="cell" className={styles["source"]}>
        <Link to="/events" search={{ where: `source=${source.name}` }} className={styles["name"]}>
          {source.name}
        </Link>
        <SourceState source={source} />
      </td>
      <td role="cell" className={styles["rate"]} data-name="Rate">
        <Rate source={source} />
      </td>
      <td role="cell" className={styles["number"]} data-name="Events">
        <span title={formatNumber(source.events)}>{formatCompact(source.events)}</span>
        <RowSub>{formatBytes(source.size)}</RowSub>
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
        {source.lost > 0 && <RowSub>{plural(source.lost, "lost", "lost")}</RowSub>}
      </td>
      <td role="cell" className={styles["number"]} data-name="Waiting">
        <Waiting source={source} />
      </td>
      <td role="cell" className={styles["when"]} data-name="Last event">
        <Time at={source.last_event_at} />
      </td>
      <td
        role="cell"
        className={classes(styles["error"], clean && source.note === "" && styles["none"])}
        data-name={clean ? "State" : "Error"}
      >
        <SourceNote source={source} />
      </td>
      <td role="cell" className={styles["act"]}>
        {mayChange && source.kind !== "" && (
          <SourceMenu source={source} onAct={(act) => onAct(source, act)} />
        )}
      </td>
    </tr>
  );
}
