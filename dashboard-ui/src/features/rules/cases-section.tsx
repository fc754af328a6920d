import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { CodeView } from "@/components/code-view";
import { AlertIcon, CheckIcon } from "@/components/icons";
import { Section } from "@/components/section";
import { indented } from "@/lib/json";
import type { CaseResult, RuleDetail } from "@/lib/model";
import { plural } from "@/lib/number";
import { asProblem } from "@/lib/problem";
import styles from "./cases-section.module.css";
import { ruleTrialQuery, tryRule } from "./rule-queries";

/** The events that come with the rule and what it does with them; and a place to try others. */
export function CasesSection({ detail }: { readonly detail: RuleDetail }) {
  const { cases, rule } = detail;
  const trial = useQuery({ ...ruleTrialQuery(rule.id), enabled: cases.length > 0 });
  const results = new Map(trial.data?.results.map((result) => [result.name, result]));
  return (
    <Section
      title="Cases"
      actions={trial.data && <Verdict passed={trial.data.passed} failed={trial.data.failed} />}
    >
      {cases.length === 0 && <p className="muted">This rule comes without events that show what it finds.</p>}
      {trial.isError && <p className={styles["problem"]}>{asProblem(trial.error).detail}</p>}
      <ul className={styles["cases"]}>
        {cases.map((one) => (
          <li key={one.name}>
            <details className={styles["case"]}>
              <summary>
                <Outcome result={results.get(one.name)} />
                <span className={styles["what"]}>{one.expected ? "must hit" : "must not hit"}</span>
                <span className={styles["event"]}>{one.event}</span>
              </summary>
              <Matched result={results.get(one.name)} />
              <CodeView text={indented(one.event)} language="json" label={`The event ${one.name}`} />
            </details>
          </li>
        ))}
      </ul>
      <OtherEvents id={rule.id} />
    </Section>
  );
}

function Verdict({ passed, failed }: { readonly passed: number; readonly failed: number }) {
  return (
    <span className={classes(styles["verdict"], failed > 0 && styles["bad"])}>
      {failed > 0 ? `${plural(failed, "case")} fail` : `${plural(passed, "case")} pass`}
    </span>
  );
}

function Outcome({ result }: { readonly result: CaseResult | undefined }) {
  if (result === undefined) return <span className={styles["outcome"]} />;
  return (
    <span className={classes(styles["outcome"], result.passed ? styles["good"] : styles["bad"])}>
      {result.passed ? <CheckIcon size={14} /> : <AlertIcon size={14} />}
      <span className="visually-hidden">{result.passed ? "passes:" : "fails:"}</span>
    </span>
  );
}

function Matched({ result }: { readonly result: CaseResult | undefined }) {
  if (result === undefined) return null;
  if (result.error !== "") return <p className={styles["problem"]}>{result.error}</p>;
  if (!result.fired) return <p className="muted">The rule is not true for it.</p>;
  return (
    <ul className={styles["matched"]}>
      {result.matched.map((field) => (
        <li key={`${field.field} ${field.condition}`}>
          <code>{field.field}</code> <span className="muted">{field.condition}</span>
        </li>
      ))}
    </ul>
  );
}

function OtherEvents({ id }: { readonly id: string }) {
  const [text, setText] = useState("");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const trial = useMutation({ mutationFn: (events: string[]) => tryRule(id, events) });
  return (
    <form
      className={styles["other"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (lines.length > 0) trial.mutate(lines);
      }}
    >
      <label htmlFor="other-events">Try other events, one a line; no alert comes of it</label>
      <textarea
        id="other-events"
        className={styles["input"]}
        rows={3}
        wrap="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          trial.reset();
          setText(event.target.value);
        }}
      />
      <div className={styles["run"]}>
        <Button type="submit" size="sm" disabled={lines.length === 0 || trial.isPending}>
          {trial.isPending ? "Trying…" : "Try"}
        </Button>
        <div role="status" className={styles["said"]}>
          {trial.isError && <span className={styles["problem"]}>{asProblem(trial.error).detail}</span>}
          {trial.data?.results.map((result) => (
            <span
              key={result.name}
              className={classes(result.fired && styles["fired"], result.error !== "" && styles["problem"])}
            >
              {result.name}: {result.error || (result.fired ? "hits" : "does not hit")}
            </span>
          ))}
        </div>
      </div>
    </form>
  );
}
