import { classes } from "@/components/classes";
import { Section } from "@/components/section";
import { Time } from "@/components/time";
import type { FeatureDrift, ModelDrift, ModelFigures } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { Legend } from "./curve-plot";
import { DistributionPlot } from "./distribution-plot";
import styles from "./monitoring-page.module.css";

interface DriftProps {
  readonly figures: ModelFigures;
  readonly drift: ModelDrift;
}

const STATES: Readonly<Record<string, string>> = {
  steady: "Steady",
  drifted: "Drifted",
  unknown: "Too little judged",
};

function State({ state }: { readonly state: string }) {
  return (
    <span className={classes(styles["state"], styles[state])}>
      <span className={styles["dot"]} aria-hidden="true" />
      {STATES[state] ?? state}
    </span>
  );
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** Whether what the model says and sees is still what it was trained on. */
export function DriftSections({ figures, drift }: DriftProps) {
  const { state, score_psi: psi, change, features } = drift;
  return (
    <>
      <Section title="Scores" actions={<State state={state} />}>
        <p className={styles["words"]}>
          {state === "unknown"
            ? `It has judged ${formatNumber(drift.judged)} rows; from ${formatNumber(drift.needed)} on it can be compared with its training.`
            : psi === null
              ? "What it said when it was trained is not known."
              : `The population stability index is ${psi.toFixed(3)}; from ${drift.limit} on the scores count as drifted.`}
          {change !== null && (
            <>
              {" "}
              The mean probability went from {change.before.toFixed(3)} to {change.after.toFixed(3)} at{" "}
              <Time at={drift.change_at} />.
            </>
          )}
        </p>
        {sum(figures.scores) > 0 && (
          <>
            <DistributionPlot
              label={`Rows by probability: ${formatNumber(sum(figures.expected_scores))} benign rows when it was trained, ${formatNumber(sum(figures.scores))} rows since yesterday`}
              below={figures.expected_scores}
              above={figures.scores}
            />
            <Legend
              names={[
                ["Benign rows when it was trained", 1],
                ["Rows since yesterday", 2],
              ]}
            />
          </>
        )}
      </Section>
      {features.length > 0 && <Features features={features} limit={drift.limit} />}
    </>
  );
}

const MOST = 20;

function Features({
  features,
  limit,
}: {
  readonly features: readonly FeatureDrift[];
  readonly limit: number;
}) {
  const moved = features.filter(({ drifted }) => drifted).length;
  // The scale ends where the limit is still in sight, however far one feature went.
  const top = Math.max(limit * 2, Math.min(limit * 8, ...features.slice(0, 1).map(({ psi }) => psi)));
  return (
    <Section title="Features">
      <p className={styles["words"]}>
        {moved} of {features.length} moved by {limit} or more; the farthest stand first.
      </p>
      <ul className={styles["features"]} aria-label="How far each feature has moved">
        {features.slice(0, MOST).map(({ feature, psi, drifted }) => (
          <li key={feature}>
            <code title={feature}>{feature}</code>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect className={styles["track"]} width="100" height="8" rx="1" />
              <rect
                className={styles[drifted ? "over" : "under"]}
                width={Math.min(100, (psi / top) * 100)}
                height="8"
                rx="1"
              />
              <rect className={styles["limit"]} x={(limit / top) * 100} width="0.300" height="8" />
            </svg>
            <span className={classes(drifted && styles["bad"])}>{psi.toFixed(3)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
