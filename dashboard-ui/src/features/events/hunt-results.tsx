import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { EmptyState } from "@/components/notice";
import { cellText, download, toCsv, toJsonLines } from "@/lib/download";
import type { HuntResult } from "@/lib/model";
import { formatNumber, plural } from "@/lib/number";
import { isFilter } from "./event-fields";
import { formatTerms } from "./event-terms";
import styles from "./hunt-results.module.css";

const ROW = 30;
/** Characters of a text that may not fit into a cell. */
const LONG = 40;
/** So few rows are all drawn. */
const FEW = 200;

/** The rows of a hunt. A value of an event's own column leads to the events that have it. */
export function HuntResults({ result }: { readonly result: HuntResult }) {
  const { columns, rows, truncated, seconds } = result;
  return (
    <section className={styles["results"]} aria-label="Result">
      <div className={styles["head"]}>
        <p role="status">
          <strong>{plural(rows.length, "row")}</strong>
          <span className="muted"> in {seconds.toFixed(seconds < 1 ? 2 : 1)} s</span>
          {truncated && (
            <span className={styles["cut"]}>
              {" "}
              There are more: only the first {formatNumber(rows.length)} are shown.
            </span>
          )}
        </p>
        <div className={styles["tools"]}>
          <Button size="sm" onClick={() => download("hunt.csv", "text/csv", toCsv(columns, rows))}>
            CSV
          </Button>
          <Button
            size="sm"
            onClick={() => download("hunt.ndjson", "application/x-ndjson", toJsonLines(columns, rows))}
          >
            JSON lines
          </Button>
        </div>
      </div>
      {rows.length === 0 ? (
        <EmptyState title="No event answers this" />
      ) : (
        <Grid columns={columns} rows={rows} />
      )}
    </section>
  );
}

const sideOf = (value: unknown): string | undefined =>
  typeof value === "number" ? styles["figure"] : undefined;

interface GridProps {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

function Grid({ columns, rows }: GridProps) {
  const frame = useRef<HTMLDivElement>(null);
  const few = rows.length <= FEW;
  const virtualizer = useVirtualizer({
    count: few ? 0 : rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const items = virtualizer.getVirtualItems();
  const shown = few ? [...rows.keys()] : items.map(({ index }) => index);
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={frame} className={styles["frame"]} tabIndex={0} role="region" aria-label="Rows of the result">
      <table className={styles["grid"]} aria-label="Rows" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column, at) => (
              // oxlint-disable-next-line react/no-array-index-key -- names may repeat; the columns of a result are fixed
              <th key={at} scope="col" className={sideOf(rows[0]?.[at])}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Gap height={before} columns={columns.length} />}
          {shown.map((index) => (
            <tr
              key={index}
              ref={few ? undefined : virtualizer.measureElement}
              data-index={index}
              aria-rowindex={index + 2}
            >
              {columns.map((column, at) => (
                // oxlint-disable-next-line react/no-array-index-key -- as above
                <td key={at} className={sideOf(rows[index]?.[at])}>
                  <Value column={column} value={rows[index]?.[at]} />
                </td>
              ))}
            </tr>
          ))}
          {after > 0 && <Gap height={after} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr aria-hidden="true">
      <td aria-label="Rows further away" colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

/** A long text: its beginning, or the whole of it after a click. */
function Long({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(false);
  return (
    <button
      type="button"
      className={classes(styles["long"], whole && styles["whole"])}
      aria-expanded={whole}
      title={whole ? undefined : text}
      onClick={() => setWhole(!whole)}
    >
      {text}
    </button>
  );
}

function Value({ column, value }: { readonly column: string; readonly value: unknown }) {
  if (value === null || value === undefined) return <span className="muted">NULL</span>;
  const text = cellText(value);
  if (!isFilter(column) || text === "") return text.length > LONG ? <Long text={text} /> : text;
  const where = formatTerms([{ column, value: text, exclude: false }]);
  return (
    <Link to="/events" search={{ range: "all", where }} title={`Events with ${column} ${text}`}>
      {text}
    </Link>
  );
}
