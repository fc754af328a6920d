import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { RowSub } from "@/components/row-title";
import { Facts, Section } from "@/components/section";
import { Time } from "@/components/time";
import type { Model, ModelChange } from "@/lib/model";
import { formatBytes, formatNumber } from "@/lib/number";
import styles from "./model-page.module.css";
import type { ModelReport } from "./model-report";
import { figure, findsNothing, isOverBudget, percent } from "./model-words";

/** How well it does. */
export function ModelFacts({ model: { scores, threshold } }: { readonly model: Model }) {
  return (
    <Section title="Figures">
      <Facts
        items={[
          ["ROC AUC", figure(scores.roc_auc)],
          ["PR AUC", figure(scores.pr_auc)],
          ["Recall", `${percent(scores.recall_at_01, 1)} at 0.1 %, ${percent(scores.recall_at_1, 1)} at 1 %`],
          [
            "Wrong",
            <span key="wrong" className={classes(isOverBudget(scores) && styles["bad"])}>
              {percent(scores.realised_fpr)} of benign rows; {percent(scores.fpr_target)} allowed
            </span>,
          ],
          [
            "Finds",
            <span key="finds" className={classes(findsNothing(scores) && styles["bad"])}>
              {findsNothing(scores)
                ? "nothing at its threshold: as it is, it raises no alert"
                : `${percent(scores.realised_recall, 1)} at its threshold`}
            </span>,
          ],
          ["Threshold", String(Number(threshold.toPrecision(4)))],
          ["Brier", figure(scores.brier)],
          ["Measured on", `${formatNumber(scores.rows)} rows, ${formatNumber(scores.bad)} bad`],
        ]}
      />
    </Section>
  );
}

interface OriginProps {
  readonly model: Model;
  readonly report: ModelReport | undefined;
}

/** What it was made from. */
export function OriginFacts({ model, report }: OriginProps) {
  const labels = Object.entries(report?.labels ?? {});
  return (
    <Section title="Origin">
      <Facts
        items={[
          ["Kind", model.kind],
          ["Data", model.data],
          ["Rows", `${formatNumber(model.rows)}, split by ${model.split}, seed ${model.seed}`],
          ...(labels.length === 0
            ? []
            : [
                ["Labels", labels.map(([from, rows]) => `${from} ${formatNumber(rows)}`).join("; ")] as const,
              ]),
          ["Trained", <Time key="at" at={model.trained_at} full />],
          ["By", model.trained_by_name],
          ...(model.task_id === ""
            ? []
            : [
                [
                  "Task",
                  <Link key="task" to="/tasks/$id" params={{ id: model.task_id }} className={styles["mono"]}>
                    {model.task_id}
                  </Link>,
                ] as const,
              ]),
          ["File", `${formatBytes(model.size)}, ${formatNumber(model.features)} features`],
          [
            "SHA-256",
            <span key="sha" className={styles["mono"]}>
              {model.sha256}
            </span>,
          ],
          ...(model.adapts ? [["Learns", "on, from what it finds usual"] as const] : []),
          ...(model.servable ? [] : [["Judges", "no events: they have other columns"] as const]),
          ...(model.note === "" ? [] : [["Note", model.note] as const]),
        ]}
      />
    </Section>
  );
}

const CHANGES: Readonly<Record<string, string>> = {
  trained: "Trained",
  shadowed: "Deployed as shadow",
  canaried: "Made a canary",
  asked: "Promotion asked for",
  promoted: "Promoted",
  replaced: "Replaced",
  rolled_back: "Rolled back",
  retired: "Retired",
};

/** What became of it, newest first. */
export function HistorySection({ history }: { readonly history: readonly ModelChange[] }) {
  return (
    <Section title="History">
      <ol className={styles["history"]}>
        {history.toReversed().map(({ seq, change, share, principal_name: by, note, at }) => (
          <li key={seq}>
            <span>
              {CHANGES[change] ?? change}
              {change === "canaried" && ` for ${percent(share, 1)}`} <span className="muted">by {by}</span>
              {note !== "" && <RowSub>{note}</RowSub>}
            </span>
            <Time at={at} />
          </li>
        ))}
      </ol>
    </Section>
  );
}
