import { classes } from "@/components/classes";
import { Facts, Section } from "@/components/section";
import { Time } from "@/components/time";
import type { Model } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import type { Evaluation } from "./evaluation";
import styles from "./model-page.module.css";
import { figure, isOverBudget, percent } from "./model-words";

interface FiguresProps {
  readonly evaluation: Evaluation;
  readonly model: Model | undefined;
}

/** What came out here, beside what the training had measured. */
export function FiguresHere({ evaluation: { scores, threshold }, model }: FiguresProps) {
  const before = model?.scores;
  const lines = [
    ["ROC AUC", figure(scores.roc_auc), before && figure(before.roc_auc)],
    ["PR AUC", figure(scores.pr_auc), before && figure(before.pr_auc)],
    ["Recall at 0.1 %", percent(scores.recall_at_01, 1), before && percent(before.recall_at_01, 1)],
    ["Recall at 1 %", percent(scores.recall_at_1, 1), before && percent(before.recall_at_1, 1)],
    ["Finds", percent(scores.realised_recall, 1), before && percent(before.realised_recall, 1)],
    ["False positives", percent(scores.realised_fpr), before && percent(before.realised_fpr)],
    ["Allowed", percent(scores.fpr_target), before && percent(before.fpr_target)],
    ["Brier", figure(scores.brier), before && figure(before.brier)],
    ["Threshold", shown(threshold ?? model?.threshold), shown(model?.threshold)],
  ] as const;
  return (
    <Section title="Figures">
      <table className={styles["compared"]}>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Here</th>
            <th scope="col">At its training</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(([name, here, then]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className={classes(name === "False positives" && isOverBudget(scores) && styles["bad"])}>
                {here}
              </td>
              <td>{then ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isOverBudget(scores) && (
        <p className="muted">
          The threshold costs more benign rows than it may: these are unlike those that it was set by.
        </p>
      )}
    </Section>
  );
}

const shown = (threshold: number | undefined): string =>
  threshold === undefined ? "–" : String(Number(threshold.toPrecision(4)));

/** What it was measured on. */
export function RowsMeasured({
  evaluation: { data, data_hash: hash, at, scores },
}: {
  readonly evaluation: Evaluation;
}) {
  return (
    <Section title="Rows">
      <Facts
        items={[
          ["From", data],
          ["Rows", `${formatNumber(scores.rows)}, ${formatNumber(scores.bad)} of them bad`],
          ["Measured", <Time key="at" at={at} full />],
          [
            "SHA-256",
            <span key="hash" className={styles["mono"]}>
              {hash}
            </span>,
          ],
        ]}
      />
    </Section>
  );
}
