import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { CloseIcon } from "@/components/icons";
import type { Cohort, CohortText, ShiftSpan } from "@/lib/model";
import styles from "./hours.module.css";
import { DAYS } from "./hours-words";

/** Hours while they are written. */
export interface HoursDraft {
  readonly zone: string;
  readonly rows: readonly { readonly key: number; readonly span: ShiftSpan }[];
}

const MOST_SPANS = 14;
const WEEKDAYS: ShiftSpan = { days: [1, 2, 3, 4, 5], begins: "08:00", ends: "16:00" };

/** The hours of a cohort, to be changed; in the time zone of this browser when it has none. */
export const hoursDraftOf = (cohort: Cohort | undefined): HoursDraft => ({
  zone: cohort?.hours?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  rows: (cohort?.hours?.spans ?? []).map((span, key) => ({ key, span })),
});

/** As they are saved; null for a cohort that is no shift. */
export const hoursOf = ({ zone, rows }: HoursDraft): NonNullable<CohortText["hours"]> | null =>
  rows.length > 0 ? { time_zone: zone.trim(), spans: rows.map(({ span }) => span) } : null;

interface HoursFieldsProps {
  readonly draft: HoursDraft;
  readonly onChange: (draft: HoursDraft) => void;
}

/** When a cohort is on shift: days and times of a week. */
export function HoursFields({ draft, onChange }: HoursFieldsProps) {
  const { zone, rows } = draft;
  const change = (key: number, changes: Partial<ShiftSpan>): void =>
    onChange({
      zone,
      rows: rows.map((row) => (row.key === key ? { key, span: { ...row.span, ...changes } } : row)),
    });
  const add = (): void =>
    onChange({ zone, rows: [...rows, { key: (rows.at(-1)?.key ?? 0) + 1, span: WEEKDAYS }] });
  return (
    <fieldset className={styles["group"]}>
      <legend>On shift</legend>
      {rows.map(({ key, span }, at) => (
        <SpanFields key={key} span={span} onChange={(changes) => change(key, changes)}>
          <Button
            size="sm"
            look="quiet"
            aria-label={`Remove hours ${at + 1}`}
            onClick={() => onChange({ zone, rows: rows.filter((row) => row.key !== key) })}
          >
            <CloseIcon />
          </Button>
        </SpanFields>
      ))}
      <div>
        <Button size="sm" disabled={rows.length >= MOST_SPANS} onClick={add}>
          {rows.length === 0 ? "Give it hours" : "More hours"}
        </Button>
      </div>
      {rows.length > 0 && (
        <Field
          label="Time zone"
          hint="For example Europe/Berlin; daylight saving is kept."
          spellCheck={false}
          autoComplete="off"
          value={zone}
          onChange={(event) => onChange({ zone: event.target.value, rows })}
        />
      )}
    </fieldset>
  );
}

const toggled = (days: readonly number[], day: number): number[] =>
  (days.includes(day) ? days.filter((each) => each !== day) : [...days, day]).toSorted(
    (one, other) => one - other,
  );

interface SpanFieldsProps {
  readonly span: ShiftSpan;
  readonly onChange: (changes: Partial<ShiftSpan>) => void;
  /** The button that removes it. */
  readonly children: ReactNode;
}

function SpanFields({ span, onChange, children }: SpanFieldsProps) {
  return (
    <div className={styles["span"]}>
      <div className={styles["days"]}>
        {DAYS.map(([day, label]) => (
          <label key={day} className={styles["day"]}>
            <input
              type="checkbox"
              className={styles["box"]}
              checked={span.days.includes(day)}
              onChange={() => onChange({ days: toggled(span.days, day) })}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <div className={styles["times"]}>
        <input
          type="time"
          required
          aria-label="From"
          value={span.begins}
          onChange={(event) => onChange({ begins: event.target.value })}
        />
        <span>to</span>
        <input
          type="time"
          required
          aria-label="To"
          value={span.ends}
          onChange={(event) => onChange({ ends: event.target.value })}
        />
        {span.ends <= span.begins && <span className="muted">the next day</span>}
        {children}
      </div>
    </div>
  );
}
