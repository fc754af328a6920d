import { useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { Field } from "@/components/field";
import { ChevronDownIcon, ClockIcon } from "@/components/icons";
import { Popover } from "@/components/popover";
import { Segmented } from "@/components/segmented";
import { usePreferences } from "@/lib/preferences";
import { fromInput, toInput } from "@/lib/time-input";
import { type EventFilter, RANGES, type RangeName } from "./event-search";
import { spanText } from "./histogram-data";
import styles from "./time-range.module.css";

export interface RangeChange {
  readonly arrival?: string | undefined;
  readonly range?: RangeName | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const CLOCKS = [
  ["event", "When it happened"],
  ["arrival", "When it arrived"],
] as const;

interface TimeRangeProps {
  readonly filter: EventFilter;
  readonly onChange: (change: RangeChange) => void;
}

function nameOf(filter: EventFilter, utc: boolean): string {
  if (filter.from === "") return RANGES.find(([name]) => name === filter.range)?.[1] ?? "";
  const from = Date.parse(filter.from) * 1_000;
  if (filter.to === "") return `Since ${spanText(from, from, utc).slice(0, 16)}`;
  return spanText(from, Date.parse(filter.to) * 1_000, utc);
}

/** From when to when: a preset that moves with the clock, or two fixed times. */
export function TimeRange({ filter, onChange }: TimeRangeProps) {
  const [open, setOpen] = useState(false);
  const utc = usePreferences().time === "utc";
  const choose = (change: RangeChange): void => {
    setOpen(false);
    onChange(change);
  };
  return (
    <Popover
      label="Time range"
      open={open}
      onOpenChange={setOpen}
      align="end"
      trigger={
        <Button className={styles["trigger"] ?? ""}>
          <ClockIcon />
          <span className="visually-hidden">Time range: </span>
          <span className={styles["name"]}>
            {filter.arrival && "Arrived: "}
            {nameOf(filter, utc)}
          </span>
          <ChevronDownIcon size={12} />
        </Button>
      }
    >
      <div className={styles["clock"]}>
        <Segmented
          legend="Range and order go by"
          value={filter.arrival ? "arrival" : "event"}
          options={CLOCKS}
          onChange={(clock) => onChange({ arrival: clock === "arrival" ? "1" : undefined })}
        />
      </div>
      <div className={styles["panel"]}>
        <ul className={styles["presets"]}>
          {RANGES.map(([name, label]) => {
            const chosen = filter.from === "" && filter.range === name;
            return (
              <li key={name}>
                <button
                  type="button"
                  className={classes(styles["preset"], chosen && styles["chosen"])}
                  aria-current={chosen ? "true" : undefined}
                  onClick={() => choose({ range: name, from: undefined, to: undefined })}
                >
                  {label}
                </button>
              </li>
            );
          })}
        </ul>
        <Absolute key={`${filter.from} ${filter.to}`} filter={filter} utc={utc} onChoose={choose} />
      </div>
    </Popover>
  );
}

interface AbsoluteProps {
  readonly filter: EventFilter;
  readonly utc: boolean;
  readonly onChoose: (change: RangeChange) => void;
}

function Absolute({ filter, utc, onChoose }: AbsoluteProps) {
  const [from, setFrom] = useState(toInput(filter.from, utc));
  const [to, setTo] = useState(toInput(filter.to, utc));
  const [error, setError] = useState<string | undefined>();

  const apply = (): void => {
    const start = fromInput(from, utc);
    const end = fromInput(to, utc);
    if (start === undefined) setError("Say from when.");
    else if (end !== undefined && end <= start) setError("The end lies before the beginning.");
    else onChoose({ range: undefined, from: start, to: end });
  };

  return (
    <form
      className={styles["absolute"]}
      aria-label="Fixed times"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Field
        label={utc ? "From (UTC)" : "From"}
        type="datetime-local"
        step={1}
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <Field
        label={utc ? "To (UTC)" : "To"}
        hint="Empty for no end."
        type="datetime-local"
        step={1}
        value={to}
        error={error}
        onChange={(event) => setTo(event.target.value)}
      />
      <Button type="submit" look="primary">
        Apply
      </Button>
    </form>
  );
}
