import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { ProblemPanel } from "@/components/notice";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import type { ModelExplanation } from "@/lib/model";
import styles from "./explanation-section.module.css";
import { explanationQuery } from "./model-queries";

/** Why a model raised an alert: its probability, and the features that moved it. */
export function ExplanationSection({ id }: { readonly id: string }) {
  const found = useQuery(explanationQuery(id));
  return (
    <Section title="What the model saw">
      {found.isPending && <Skeleton rows={4} label="Loading the explanation" />}
      {found.isError && !found.data && (
        <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
      )}
      {found.data && <Explained explanation={found.data} />}
    </Section>
  );
}

function Explained({ explanation }: { readonly explanation: ModelExplanation }) {
  const { findings, line, version, model_id: model } = explanation;
  const newest = findings.at(-1);
  if (newest === undefined) return <p className="muted">The evidence of this alert names no feature.</p>;
  const name = `${line} ${version}`;
  return (
    <>
      <p>
        {model === "" ? (
          name
        ) : (
          <Link to="/models/$id" params={{ id: model }} className={styles["model"]}>
            {name}
          </Link>
        )}{" "}
        gave the newest flow, <Time at={newest.at} full />, a probability of{" "}
        <strong>{newest.probability}</strong>; it speaks up above {newest.threshold}.
      </p>
      <table
        role="table"
        className={styles["reasons"]}
        aria-label="Features that moved the probability, the strongest first"
      >
        <thead role="rowgroup">
          <tr role="row">
            {["Feature", "In this flow", "Usual", "What it says"].map((header) => (
              <th key={header} role="columnheader" scope="col">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {newest.reasons.map(({ feature, value, usual, says, direction }) => (
            <tr key={feature} role="row">
              <th role="rowheader" scope="row">
                {feature}
              </th>
              <td role="cell" className={styles["value"]} data-name="In this flow">
                {value}
              </td>
              <td role="cell" className={styles["usual"]} data-name="Usual">
                {usual || "–"}
              </td>
              <td role="cell" className={styles["says"]}>
                <span className={classes(styles["direction"], styles[direction])}>
                  {direction === "for" ? "▲ for an attack" : "▼ against it"}
                </span>
                {says !== "" && <span className={styles["words"]}>{says}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
