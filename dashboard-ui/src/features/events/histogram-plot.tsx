/** The bars: drag over them to zoom, or move with the arrow keys, select with Shift, zoom with Enter. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { Micros } from "@/lib/model";
import { formatNumber, plural } from "@/lib/number";
import { usePreferences } from "@/lib/preferences";
import { useWidth } from "@/lib/use-width";
import styles from "./histogram.module.css";
import { type HistogramView, pathOf, spanText } from "./histogram-data";
import { HistogramTip } from "./histogram-tip";
import { ticksOf } from "./ticks";

const HEIGHT = 100;
const USUAL_WIDTH = 720;

interface PlotProps {
  readonly view: HistogramView;
  readonly onZoom: (since: Micros, until: Micros) => void;
}

interface Mark {
  /** Where the selection began, and where it is now. */
  readonly from: number;
  readonly to: number;
  readonly dragged: boolean;
}

export function HistogramPlot({ view, onZoom }: PlotProps) {
  const { spans, series } = view;
  const utc = usePreferences().time === "utc";
  const plot = useRef<HTMLDivElement>(null);
  const plotWidth = useWidth(plot, USUAL_WIDTH);
  const [mark, setMark] = useState<Mark | undefined>();
  const last = spans.length - 1;
  const [low, high] =
    mark === undefined ? [0, 0] : [Math.min(mark.from, mark.to), Math.max(mark.from, mark.to)];
  const marked = mark === undefined ? [] : spans.slice(low, high + 1);
  const at = marked[0]?.at ?? 0;
  const until = marked.at(-1)?.until ?? 0;
  const count = marked.reduce((sum, span) => sum + span.count, 0);

  const zoom = (): void => {
    if (mark === undefined) return;
    setMark(undefined);
    onZoom(at, until);
  };
  const indexOf = (event: PointerEvent): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(
      last,
      Math.max(0, Math.floor(((event.clientX - left) / Math.max(1, width)) * spans.length)),
    );
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const index = indexOf(event);
    setMark({ from: index, to: index, dragged: true });
  };
  const onPointerMove = (event: PointerEvent): void => {
    const index = indexOf(event);
    setMark(mark?.dragged ? { ...mark, to: index } : { from: index, to: index, dragged: false });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const now = mark?.to ?? last;
    const steps: Record<string, number> = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last };
    const next = steps[event.key];
    if (event.key === "Enter") zoom();
    else if (event.key === "Escape") setMark(undefined);
    else if (next === undefined) return;
    else {
      const to = Math.min(last, Math.max(0, mark === undefined ? now : next));
      setMark({ from: event.shiftKey && mark !== undefined ? mark.from : to, to, dragged: false });
    }
    event.preventDefault();
  };

  return (
    <div ref={plot} className={styles["plot"]}>
      <div
        className={styles["area"]}
        role="slider"
        tabIndex={0}
        aria-label="Events over time"
        aria-describedby="histogram-help"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={mark?.to ?? last}
        aria-valuetext={
          mark === undefined
            ? `${spans.length} spans, ${plural(view.total, "event")}`
            : `${spanText(at, until, utc)}, ${plural(count, "event")}`
        }
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => mark?.dragged && zoom()}
        onPointerCancel={() => setMark(undefined)}
        onPointerLeave={() => mark?.dragged || setMark(undefined)}
        onBlur={() => setMark(undefined)}
        onKeyDown={onKeyDown}
      >
        <svg viewBox={`0 0 ${spans.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {series.map(({ name, colour }, index) => (
            <path key={name} className={styles[colour]} d={pathOf(view, index, HEIGHT)} />
          ))}
        </svg>
        <span className={styles["top"]} aria-hidden="true">
          {formatNumber(view.top)}
        </span>
        {mark !== undefined && (
          <>
            <span
              className={styles["selection"]}
              style={{
                insetInlineStart: `${(low / spans.length) * 100}%`,
                width: `${((high - low + 1) / spans.length) * 100}%`,
              }}
            />
            <HistogramTip view={view} low={low} high={high} title={spanText(at, until, utc)} count={count} />
          </>
        )}
      </div>
      <div className={styles["ticks"]} aria-hidden="true">
        {ticksOf(view, utc, plotWidth).map((tick) => (
          <span key={tick.at} style={{ insetInlineStart: `${tick.at * 100}%` }}>
            {tick.text}
          </span>
        ))}
      </div>
      <p id="histogram-help" className="visually-hidden">
        Arrow keys move, Shift and an arrow key select, Enter zooms in, Escape lets go.
      </p>
    </div>
  );
}
