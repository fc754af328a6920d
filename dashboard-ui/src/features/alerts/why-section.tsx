import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { CodeView } from "@/components/code-view";
import { CopyButton } from "@/components/copy-button";
import { Description } from "@/components/description";
import { ChevronDownIcon, ChevronLeftIcon } from "@/components/icons";
import { Section } from "@/components/section";
import { Time } from "@/components/time";
import { nearSearch } from "@/features/events/around";
import { type Alert, type AlertSample, type MatchedField, OF_MODELS, type RuleText } from "@/lib/model";
import { plural } from "@/lib/number";
import styles from "./why-section.module.css";

interface WhyProps {
  readonly alert: Alert;
  readonly rule: RuleText;
  readonly samples: readonly AlertSample[];
}

/** Why an alert fired: what the rule looks for, which fields had it, and the event itself. */
export function WhySection({ alert, rule, samples }: WhyProps) {
  const [index, setIndex] = useState(0);
  const at = Math.min(index, Math.max(0, samples.length - 1));
  const sample = samples[at];
  const description = rule.description || alert.description;
  return (
    <>
      <Section title="Why did this fire">
        {description !== "" && <Description text={description} />}
        {sample === undefined ? (
          <p className="muted">No sample of the events was kept.</p>
        ) : (
          <>
            <SamplePicker samples={samples} at={at} total={alert.count} onPick={setIndex} />
            {alert.detector !== OF_MODELS && <MatchedTable matched={sample.matched} />}
          </>
        )}
      </Section>
      {sample !== undefined && <RawEvent alert={alert} sample={sample} />}
    </>
  );
}

interface PickerProps {
  readonly samples: readonly AlertSample[];
  readonly at: number;
  readonly total: number;
  readonly onPick: (index: number) => void;
}

function SamplePicker({ samples, at, total, onPick }: PickerProps) {
  const sample = samples[at];
  if (sample === undefined) return null;
  return (
    <div className={styles["picker"]}>
      <span>
        Event {at + 1} of {samples.length} kept
        {total > samples.length && <span className="muted"> ({plural(total, "finding")} in all)</span>}
        <span className="muted"> · </span>
        <Time at={sample.at} full />
      </span>
      {samples.length > 1 && (
        <span className={styles["steps"]}>
          <Button size="sm" aria-label="Previous event" disabled={at === 0} onClick={() => onPick(at - 1)}>
            <ChevronLeftIcon size={14} />
          </Button>
          <Button
            size="sm"
            aria-label="Next event"
            disabled={at === samples.length - 1}
            onClick={() => onPick(at + 1)}
          >
            <ChevronDownIcon size={14} className={styles["next"]} />
          </Button>
        </span>
      )}
    </div>
  );
}

/** What several conditions found in the same value stands beside it once: command lines are long. */
export function byValue(matched: readonly MatchedField[]): (readonly [string, readonly MatchedField[]])[] {
  const values = new Map<string, MatchedField[]>();
  for (const one of matched) values.set(one.value, [...(values.get(one.value) ?? []), one]);
  return [...values];
}

function Lines({ texts }: { readonly texts: readonly string[] }) {
  return [...new Set(texts)].map((text) => (
    <span key={text} className={styles["line"]}>
      {text}
    </span>
  ));
}

function MatchedTable({ matched }: { readonly matched: readonly MatchedField[] }) {
  if (matched.length === 0) return <p className="muted">The detector names no single field.</p>;
  return (
    <table className={styles["matched"]}>
      <caption className="visually-hidden">Fields that made the rule fire</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Value in the event</th>
          <th scope="col">Asked for</th>
        </tr>
      </thead>
      <tbody>
        {byValue(matched).map(([value, those]) => (
          <tr key={value}>
            <th scope="row">
              <Lines texts={those.map(({ field }) => field)} />
            </th>
            <td className={styles["value"]}>{value}</td>
            <td className={styles["condition"]}>
              <Lines texts={those.map(({ condition }) => condition)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RawEvent({ alert, sample }: { readonly alert: Alert; readonly sample: AlertSample }) {
  const text = JSON.stringify(sample.event, null, 2) ?? "null";
  const marked = new Set(sample.matched.map(({ field }) => field.split(".").at(-1) ?? field));
  return (
    <Section
      title="The event, as it came"
      actions={
        <span className={styles["steps"]}>
          <Link
            to="/events"
            search={{ ...nearSearch(sample.at, alert), alert: alert.id }}
            className={buttonClass({ look: "quiet", size: "sm" })}
          >
            Events around it
          </Link>
          <CopyButton text={text} what="the event" />
        </span>
      }
    >
      <CodeView text={text} language="json" label="The event as JSON" marked={marked} />
    </Section>
  );
}
