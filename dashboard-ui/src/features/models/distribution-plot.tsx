/** How rows lie over a model's probabilities: bars of two kinds in equal parts of 0 to 1. */
import { classes } from "@/components/classes";
import styles from "./plots.module.css";

interface DistributionPlotProps {
  /** What it shows, with its figures: the alternative for those who do not see it. */
  readonly label: string;
  /** Rows in each equal part of 0 to 1: those drawn first, and those over them. */
  readonly below: readonly number[];
  readonly above: readonly number[];
  /** Above this probability the model speaks up. */
  readonly threshold?: number;
}

/** Of the drawing, which is stretched to the room there is. */
const WIDTH = 1_000;
const HEIGHT = 100;
const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Few rows beside very many stay in sight: heights are logarithmic shares of all rows of a kind. */
export function heightsOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return counts.map(() => 0);
  const decades = Math.log10(total) + 1;
  return counts.map((count) => (count === 0 ? 0 : (Math.log10(count) + 1) / decades));
}

/** Bars side by side: each kind takes half of a part's width. */
function pathOf(counts: readonly number[], half: 0 | 1): string {
  const width = WIDTH / Math.max(1, counts.length);
  const bar = width * 0.42;
  return heightsOf(counts)
    .map((height, at) => {
      if (height === 0) return "";
      const tall = Math.max(1, height * HEIGHT);
      const left = at * width + width * 0.08 + half * bar;
      return `M${left.toFixed(1)} ${HEIGHT}v${(-tall).toFixed(1)}h${bar.toFixed(1)}v${tall.toFixed(1)}z`;
    })
    .join("");
}

export function DistributionPlot({ label, below, above, threshold }: DistributionPlotProps) {
  return (
    <div className={styles["distribution"]}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <path className={classes(styles["bars"], styles["data-1"])} d={pathOf(below, 0)} />
        <path className={classes(styles["bars"], styles["data-2"])} d={pathOf(above, 1)} />
        {threshold !== undefined && (
          <path
            className={styles["threshold"]}
            d={`M${(threshold * WIDTH).toFixed(1)} 0V${HEIGHT}`}
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <div className={styles["ticks"]} aria-hidden="true">
        {FIFTHS.map((share) => (
          <span key={share} style={{ insetInlineStart: `${share * 100}%` }}>
            {share}
          </span>
        ))}
      </div>
    </div>
  );
}
