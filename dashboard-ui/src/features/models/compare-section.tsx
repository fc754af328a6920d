import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Select } from "@/components/field";
import { ProblemPanel } from "@/components/notice";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import type { Model, ModelView } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { CurvePlot, Legend } from "./curve-plot";
import styles from "./model-page.module.css";
import { compareQuery, modelListQuery } from "./model-queries";
import { reportOf } from "./model-report";
import { figure, percent } from "./model-words";

/** This model beside another one of its line, curves over one another. */
export function CompareSection({ model }: { readonly model: Model }) {
  const list = useInfiniteQuery(modelListQuery({ line: model.line }));
  const others = (list.data?.pages.flatMap((page) => page.items) ?? []).filter(({ id }) => id !== model.id);
  const [other, setOther] = useState("");
  if (others.length === 0) return null;
  return (
    <Section
      title="Side by side"
      actions={
        <Select
          label="Compare with"
          value={other}
          options={[
            ["", "Compare with…"],
            ...others.map(({ id, name, kind }) => [id, `${name}, ${kind}`] as const),
          ]}
          onChange={setOther}
        />
      }
    >
      {other === "" ? (
        <p className="muted">
          Choose another model of {model.line} to see its figures and curves beside these.
        </p>
      ) : (
        <Pair ids={[model.id, other]} />
      )}
    </Section>
  );
}

function Pair({ ids }: { readonly ids: readonly [string, string] }) {
  const pair = useQuery(compareQuery(ids));
  const [one, two] = pair.data?.items ?? [];
  if (pair.isError) return <ProblemPanel error={pair.error} onRetry={() => void pair.refetch()} />;
  if (one === undefined || two === undefined) return <Skeleton rows={4} label="Loading the comparison" />;
  return <Both one={one} two={two} />;
}

interface BothProps {
  readonly one: ModelView;
  readonly two: ModelView;
}

function Both({ one, two }: BothProps) {
  const [first, second] = [reportOf(one.report), reportOf(two.report)];
  const names = [one.model.name, two.model.name] as const;
  const isSameData = one.model.data_hash === two.model.data_hash && one.model.seed === two.model.seed;
  return (
    <>
      <table className={styles["compared"]}>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">{names[0]}</th>
            <th scope="col">{names[1]}</th>
          </tr>
        </thead>
        <tbody>
          {figuresOf(one.model).map(([name, said], at) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{said}</td>
              <td>{figuresOf(two.model)[at]?.[1]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isSameData && (
        <p className="muted">
          They were measured on different rows; evaluate both on the same ones to be sure.
        </p>
      )}
      {first !== undefined && second !== undefined && (
        <>
          <div className={styles["plots"]}>
            <figure>
              <figcaption>ROC</figcaption>
              <CurvePlot
                label={`ROC curves: area ${figure(first.scores.roc_auc)} of ${names[0]}, ${figure(second.scores.roc_auc)} of ${names[1]}`}
                x="False positives"
                y="Recall"
                curves={[
                  { name: "one", points: first.curves.roc, colour: 1 },
                  { name: "two", points: second.curves.roc, colour: 2 },
                ]}
                decades
              />
            </figure>
            <figure>
              <figcaption>Precision and recall</figcaption>
              <CurvePlot
                label={`Precision over recall: area ${figure(first.scores.pr_auc)} of ${names[0]}, ${figure(second.scores.pr_auc)} of ${names[1]}`}
                x="Recall"
                y="Precision"
                curves={[
                  { name: "one", points: first.curves.precision_recall, colour: 1 },
                  { name: "two", points: second.curves.precision_recall, colour: 2 },
                ]}
              />
            </figure>
          </div>
          <Legend
            names={[
              [names[0], 1],
              [names[1], 2],
            ]}
          />
        </>
      )}
    </>
  );
}

/** What is compared, in words. */
function figuresOf({ scores, kind, rows, threshold }: Model): readonly (readonly [string, string])[] {
  return [
    ["Kind", kind],
    ["ROC AUC", figure(scores.roc_auc)],
    ["PR AUC", figure(scores.pr_auc)],
    ["Recall at 0.1 %", percent(scores.recall_at_01, 1)],
    ["Recall at 1 %", percent(scores.recall_at_1, 1)],
    ["False positives", `${percent(scores.realised_fpr)} of ${percent(scores.fpr_target)} allowed`],
    ["Brier", figure(scores.brier)],
    ["Threshold", String(Number(threshold.toPrecision(4)))],
    ["Learnt from", `${formatNumber(rows)} rows`],
    ["Measured on", `${formatNumber(scores.rows)} rows, ${formatNumber(scores.bad)} bad`],
  ];
}
