import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { Segmented } from "@/components/segmented";
import type { Histogram, Micros } from "@/lib/model";
import { formatCompact, formatNumber, plural } from "@/lib/number";
import { usePreferences } from "@/lib/preferences";
import { formatSpan } from "@/lib/time";
import { histogramQuery } from "./event-queries";
import { type EventFilter, GROUPINGS, type Grouping } from "./event-search";
import styles from "./histogram.module.css";
import { type HistogramView, histogramView, spanText } from "./histogram-data";
import { HistogramPlot } from "./histogram-plot";

interface HistogramProps {
  readonly filter: EventFilter;
  readonly by: Grouping;
  readonly onBy: (by: Grouping) => void;
  readonly onZoom: (since: Micros, until: Micros) => void;
  /** A value of the grouping column was chosen. */
  readonly onValue: (value: string) => void;
}

const OUT = 3;

/** The events found, over time: how many, of which kinds, and a way to look closer or wider. */
export function EventHistogram({ filter, by, onBy, onZoom, onValue }: HistogramProps) {
  const { data, isFetching, isError } = useQuery(histogramQuery(filter, by));
  const view = useMemo(() => (data === undefined ? undefined : histogramView(data, by)), [data, by]);
  if (isError) return null; // the list below says what is wrong
  const middle = data === undefined ? 0 : (data.since + data.until) / 2;
  const half = data === undefined ? 0 : ((data.until - data.since) / 2) * OUT;
  return (
    <section
      className={classes(styles["histogram"], isFetching && styles["busy"])}
      aria-label="Events over time"
    >
      <div className={styles["head"]}>
        <p className={styles["total"]} role="status">
          {view === undefined ? "Counting…" : <Total view={view} histogram={data} />}
        </p>
        <div className={styles["tools"]}>
          <Button
            size="sm"
            look="quiet"
            onClick={() => onZoom(Math.max(1, middle - half), middle + half)}
            disabled={data === undefined}
          >
            Zoom out
          </Button>
          <Segmented legend="Colours show" value={by} options={GROUPINGS} onChange={onBy} />
        </div>
      </div>
      {view === undefined ? (
        <div className={styles["waiting"]} />
      ) : (
        <>
          <HistogramPlot view={view} onZoom={onZoom} />
          <Legend view={view} onValue={onValue} />
          <HistogramTable view={view} />
        </>
      )}
    </section>
  );
}

function Total({
  view,
  histogram,
}: {
  readonly view: HistogramView;
  readonly histogram: Histogram | undefined;
}) {
  return (
    <>
      <strong title={formatNumber(view.total)}>{formatCompact(view.total)}</strong>{" "}
      {view.total === 1 ? "event" : "events"}
      {histogram !== undefined && <span className="muted"> · one bar is {formatSpan(histogram.width)}</span>}
    </>
  );
}

function Legend({
  view,
  onValue,
}: {
  readonly view: HistogramView;
  readonly onValue: (value: string) => void;
}) {
  if (view.series.length === 0) return null;
  return (
    <ul className={styles["legend"]} aria-label="Kinds of events">
      {view.series.map(({ name, value, colour, count }) => (
        <li key={name}>
          {value === undefined ? (
            <span className={styles["kind"]}>
              <i className={styles[colour]} /> {name} <span className="muted">{formatCompact(count)}</span>
            </span>
          ) : (
            <button
              type="button"
              className={styles["kind"]}
              onClick={() => onValue(String(value))}
              title={`Show only ${name}`}
            >
              <i className={styles[colour]} /> {name} <span className="muted">{formatCompact(count)}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The same as a table, for those who do not see the bars. */
function HistogramTable({ view }: { readonly view: HistogramView }) {
  const utc = usePreferences().time === "utc";
  return (
    <div className="visually-hidden">
      <table aria-label="Events over time as a table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Events</th>
            {view.series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.spans
            .filter(({ count }) => count > 0)
            .map((span) => (
              <tr key={span.at}>
                <th scope="row">{spanText(span.at, span.until, utc)}</th>
                <td>{plural(span.count, "event")}</td>
                {span.parts.map((part, index) => (
                  <td key={view.series[index]?.name}>{formatNumber(part)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
