import type { ReactNode } from "react";
import { classes } from "@/components/classes";
import { Section } from "@/components/section";
import { Sparkline } from "@/components/sparkline";
import { Time } from "@/components/time";
import type { ModelFigures } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { percent } from "./model-words";
import styles from "./monitoring-page.module.css";

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly bad?: boolean;
  readonly children?: ReactNode;
}

function Tile({ name, value, bad = false, children }: TileProps) {
  return (
    <div className={styles["tile"]}>
      <dt>{name}</dt>
      <dd>
        <strong className={classes(bad && styles["bad"])}>{value}</strong>
        {children !== undefined && <span className={styles["note"]}>{children}</span>}
      </dd>
    </div>
  );
}

/** What the model did in the last day. */
export function FiguresSection({ figures }: { readonly figures: ModelFigures }) {
  const { verdicts, series } = figures;
  const decided = verdicts.true_positives + verdicts.false_positives;
  const isIdle = figures.judged === 0;
  const isBeyond = figures.flagged_share > figures.limit_share;
  return (
    <Section
      title="Since yesterday"
      actions={
        <span className={styles["since"]}>
          from <Time at={figures.since} />
        </span>
      }
    >
      <dl className={styles["tiles"]}>
        <Tile name="Judged" value={formatNumber(figures.judged)}>
          rows: flows, or windows of what an entity did
        </Tile>
        <Tile name="Flagged" value={percent(isIdle ? null : figures.flagged_share, 3)} bad={isBeyond}>
          {percent(figures.expected_share, 3)} expected; from {percent(figures.limit_share, 3)} on a guard
          steps in
        </Tile>
        <Tile name="Findings" value={formatNumber(figures.findings)} />
        <Tile name="Time of a row" value={isIdle ? "–" : `${figures.microseconds.toFixed(1)} µs`}>
          {isIdle
            ? "measured once it judges"
            : `${formatNumber(Math.round(figures.per_second))} a second of processor time`}
        </Tile>
        <Tile name="False positives" value={percent(figures.estimated_fpr, 3)}>
          {decided === 0
            ? "estimated once alerts are decided"
            : `${formatNumber(verdicts.false_positives)} of ${formatNumber(decided)} decided alerts were wrong`}
        </Tile>
      </dl>
      {series.length > 1 && (
        <div className={styles["lines"]}>
          <Line name="Rows judged" values={series.map(({ judged }) => judged)} />
          <Line name="Share flagged" values={series.map(({ flagged_share: share }) => share * 1e6)} />
          <Line name="Mean probability" values={series.map(({ mean_score: mean }) => mean * 1e6)} />
          <Line name="Time of a row" values={series.map(({ microseconds }) => microseconds * 1e3)} />
        </div>
      )}
    </Section>
  );
}

function Line({ name, values }: { readonly name: string; readonly values: readonly number[] }) {
  return (
    <figure>
      <figcaption>{name}</figcaption>
      <Sparkline label={`${name}, by the five minutes`} values={values} />
    </figure>
  );
}
