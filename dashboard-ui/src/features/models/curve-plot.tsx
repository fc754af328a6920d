/** Curves of a model in the unit square, drawn as one SVG with its axes. */
import { classes } from "@/components/classes";
import styles from "./plots.module.css";

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly PlotPoint[];
  /** Which of the data colours. */
  readonly colour: 1 | 2;
  /** Each point has a mark. */
  readonly marked?: boolean;
}

interface CurvePlotProps {
  /** What it shows, with its figure: the alternative for those who do not see it. */
  readonly label: string;
  readonly x: string;
  readonly y: string;
  readonly curves: readonly Curve[];
  /** The x axis is logarithmic, from 0.01 % on. */
  readonly decades?: boolean;
  /** The line that calibrated probabilities lie on. */
  readonly diagonal?: boolean;
}

const WIDTH = 360;
const HEIGHT = 272;
const LEFT = 48;
const RIGHT = 24;
const TOP = 26;
const BOTTOM = 44;
const LEAST = 1e-4;
const DECADES = [0.0001, 0.001, 0.01, 0.1, 1];
const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Where a share lies on a logarithmic axis from 0.01 % to 100 %, as a share of its length. */
export function decadePlace(share: number): number {
  return 1 + Math.log10(Math.max(LEAST, Math.min(1, share))) / -Math.log10(LEAST);
}

const across = (share: number): number => LEFT + share * (WIDTH - LEFT - RIGHT);
const up = (share: number): number => HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
const rounded = (value: number): string => value.toFixed(1);
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

function pathOf(points: readonly PlotPoint[], place: (x: number) => number): string {
  return points
    .map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${rounded(across(place(x)))} ${rounded(up(y))}`)
    .join("");
}

export function CurvePlot({ label, x, y, curves, decades = false, diagonal = false }: CurvePlotProps) {
  const place = decades ? decadePlace : (share: number) => share;
  return (
    <svg className={styles["plot"]} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {FIFTHS.map((share) => (
        <g key={share}>
          <path className={styles["grid"]} d={`M${LEFT} ${rounded(up(share))}H${WIDTH - RIGHT}`} />
          <text className={styles["tick"]} x={LEFT - 6} y={up(share) + 4} textAnchor="end">
            {percent(share)}
          </text>
        </g>
      ))}
      {(decades ? DECADES : FIFTHS).map((share) => (
        <g key={share}>
          <path
            className={styles["grid"]}
            d={`M${rounded(across(place(share)))} ${TOP}V${HEIGHT - BOTTOM + 4}`}
          />
          <text
            className={styles["tick"]}
            x={across(place(share))}
            y={HEIGHT - BOTTOM + 17}
            textAnchor="middle"
          >
            {percent(share)}
          </text>
        </g>
      ))}
      <text className={styles["axis"]} x={WIDTH - RIGHT} y={HEIGHT - 8} textAnchor="end">
        {x}
      </text>
      <text className={styles["axis"]} x={LEFT} y={14}>
        {y}
      </text>
      {diagonal && <path className={styles["diagonal"]} d={`M${across(0)} ${up(0)}L${across(1)} ${up(1)}`} />}
      {curves.map(({ name, points, colour, marked }) => (
        <g key={name} className={styles[`data-${colour}`]}>
          <path className={styles["curve"]} d={pathOf(points, place)} />
          {marked &&
            points.map((point) => (
              <circle
                key={point.x}
                className={styles["mark"]}
                cx={across(place(point.x))}
                cy={up(point.y)}
                r="3"
              />
            ))}
        </g>
      ))}
    </svg>
  );
}

interface LegendProps {
  readonly names: readonly (readonly [name: string, colour: 1 | 2])[];
}

/** Which colour is what. */
export function Legend({ names }: LegendProps) {
  return (
    <ul className={styles["legend"]}>
      {names.map(([name, colour]) => (
        <li key={name}>
          <i className={classes(styles["swatch"], styles[`data-${colour}`])} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}
