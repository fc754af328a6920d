import { classes } from "@/components/classes";
import { RowSub } from "@/components/row-title";
import { Section } from "@/components/section";
import { Time, useNow } from "@/components/time";
import type { AttemptItem } from "@/lib/model";
import { formatDuration } from "@/lib/time";
import styles from "./task-page.module.css";
import { outcomeName } from "./task-states";

/** Every try, newest first. */
export function AttemptsSection({ attempts }: { readonly attempts: readonly AttemptItem[] }) {
  if (attempts.length === 0) {
    return (
      <Section title="Attempts">
        <p className="muted">It has not been started yet.</p>
      </Section>
    );
  }
  return (
    <Section title="Attempts" flush>
      <table role="table" className={styles["table"]} aria-label="Attempts, newest first">
        <thead role="rowgroup">
          <tr role="row">
            {["Attempt", "Outcome", "Began", "Took", "Worker", "What went wrong"].map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {attempts.toReversed().map((attempt) => (
            <AttemptRow key={attempt.number} attempt={attempt} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function AttemptRow({ attempt }: { readonly attempt: AttemptItem }) {
  const now = useNow();
  const { number, started_at: began, ended_at: ended, error, error_code: code, retry_at: next } = attempt;
  return (
    <tr role="row">
      <td role="cell">{number}</td>
      <td role="cell" className={styles["nowrap"]}>
        {outcomeName(attempt)}
      </td>
      <td role="cell" className={classes(styles["nowrap"], styles["began"])}>
        <Time at={began} />
      </td>
      <td role="cell" className={classes(styles["nowrap"], styles["lasted"])}>
        {formatDuration(Math.max(0, (ended ?? now) - began))}
      </td>
      <td role="cell" className={styles["worker"]}>
        {attempt.worker || "–"}
      </td>
      <td role="cell" className={styles["wide"]}>
        {error !== "" && <span className={styles["fault"]}>{error}</span>}
        {code !== "" && (
          <RowSub>
            {code} · {attempt.fault}
          </RowSub>
        )}
        {next !== null && (
          <RowSub>
            Next attempt due <Time at={next} />
          </RowSub>
        )}
      </td>
    </tr>
  );
}
