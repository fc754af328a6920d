import { useQuery } from "@tanstack/react-query";
import { Field, Select } from "@/components/field";
import { FormError } from "@/components/form-foot";
import { Segmented } from "@/components/segmented";
import { TextArea } from "@/components/text-area";
import { Time } from "@/components/time";
import type { Trigger } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import { useSettled } from "@/lib/use-settled";
import styles from "./schedule-form.module.css";
import { previewQuery } from "./schedule-queries";
import { type ScheduleTexts, triggerOf, UNITS } from "./schedule-texts";
import { KINDS } from "./schedule-words";

interface TriggerFieldsProps {
  readonly texts: ScheduleTexts;
  readonly onChange: (changes: Partial<ScheduleTexts>) => void;
}

/** When it fires, and the times that come of it, while they are stated. */
export function TriggerFields({ texts, onChange }: TriggerFieldsProps) {
  const trigger = useSettled(triggerOf(texts));
  return (
    <div className={styles["trigger"]}>
      <Segmented
        legend="Fires by"
        value={texts.kind}
        options={KINDS}
        onChange={(kind) => onChange({ kind })}
      />
      <KindFields texts={texts} onChange={onChange} />
      {texts.kind !== "event" && trigger !== undefined && <Preview trigger={trigger} />}
    </div>
  );
}

function KindFields({ texts, onChange }: TriggerFieldsProps) {
  if (texts.kind === "cron") {
    return (
      <div className={styles["pair"]}>
        <Field
          label="Cron expression"
          hint="Minute, hour, day, month, weekday; seconds first where there are six; or @daily."
          spellCheck={false}
          autoComplete="off"
          value={texts.cron}
          onChange={(event) => onChange({ cron: event.target.value })}
        />
        <Field
          label="Time zone"
          hint="For example Europe/Berlin; daylight saving is kept."
          spellCheck={false}
          autoComplete="off"
          value={texts.zone}
          onChange={(event) => onChange({ zone: event.target.value })}
        />
      </div>
    );
  }
  if (texts.kind === "interval") {
    return (
      <Field
        label="Every"
        type="number"
        min={1}
        value={texts.every}
        onChange={(event) => onChange({ every: event.target.value })}
        after={
          <Select label="Unit" value={texts.unit} options={UNITS} onChange={(unit) => onChange({ unit })} />
        }
      />
    );
  }
  if (texts.kind === "once") {
    return (
      <Field
        label="At"
        hint="In the time zone of this browser."
        type="datetime-local"
        step={1}
        value={texts.at}
        onChange={(event) => onChange({ at: event.target.value })}
      />
    );
  }
  return (
    <>
      <Field
        label="Event"
        hint="Kind of a journal entry, for example alert.raised, or the name of an announced event."
        spellCheck={false}
        autoComplete="off"
        value={texts.on}
        onChange={(event) => onChange({ on: event.target.value })}
      />
      <TextArea
        label="Only where"
        hint='Fields of the event with the values that they need, as JSON: {"level": ["high", "critical"]}'
        code
        rows={3}
        value={texts.where}
        onChange={(event) => onChange({ where: event.target.value })}
      />
    </>
  );
}

/** The next times, as the server would fire them; or why it would not. */
function Preview({ trigger }: { readonly trigger: Trigger }) {
  const preview = useQuery(previewQuery(trigger));
  if (preview.isError) {
    return <FormError role="status">{sentenceOf(preview.error)}</FormError>;
  }
  const times = preview.data?.items ?? [];
  return (
    <div className={styles["preview"]} role="status" aria-label="Next times">
      <span className={styles["hint"]}>{times.length === 0 ? "No time to come." : "Fires next:"}</span>
      <ol>
        {times.map((at) => (
          <li key={at}>
            <Time at={at} full />
          </li>
        ))}
      </ol>
    </div>
  );
}
