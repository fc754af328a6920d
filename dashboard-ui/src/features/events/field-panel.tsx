import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ChevronDownIcon, MinusIcon, PlusIcon } from "@/components/icons";
import { formatCompact, formatNumber } from "@/lib/number";
import { asProblem } from "@/lib/problem";
import { FACETS, type Field, formatValue } from "./event-fields";
import { facetQuery } from "./event-queries";
import type { EventFilter } from "./event-search";
import type { Term } from "./event-terms";
import styles from "./field-panel.module.css";

interface FieldPanelProps {
  readonly filter: EventFilter;
  readonly shown: readonly string[];
  readonly onShown: (columns: readonly string[]) => void;
  readonly onTerm: (term: Term) => void;
}

/** The fields: each opens to its most frequent values, and can be a column of the table. */
export function FieldPanel({ filter, shown, onShown, onTerm }: FieldPanelProps) {
  const toggle = (name: string): void =>
    onShown(shown.includes(name) ? shown.filter((each) => each !== name) : [...shown, name]);
  return (
    <section className={styles["panel"]} aria-label="Fields">
      <h2 className={styles["title"]}>Fields</h2>
      <ul>
        {FACETS.map((field) => (
          <FieldRow
            key={field.name}
            field={field}
            filter={filter}
            shown={shown.includes(field.name)}
            onToggle={() => toggle(field.name)}
            onTerm={onTerm}
          />
        ))}
      </ul>
    </section>
  );
}

interface FieldRowProps {
  readonly field: Field;
  readonly filter: EventFilter;
  readonly shown: boolean;
  readonly onToggle: () => void;
  readonly onTerm: (term: Term) => void;
}

function FieldRow({ field, filter, shown, onToggle, onTerm }: FieldRowProps) {
  const [open, setOpen] = useState(false);
  const id = `field-${field.name}`;
  return (
    <li>
      <div className={styles["row"]}>
        <button
          type="button"
          className={styles["name"]}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          <ChevronDownIcon size={12} className={styles["chevron"]} />
          {field.label}
        </button>
        <label className={styles["column"]} title={shown ? "Hide the column" : "Show as a column"}>
          <input
            type="checkbox"
            checked={shown}
            onChange={onToggle}
            aria-label={`${field.label} as a column of the table`}
          />
        </label>
      </div>
      <div id={id} hidden={!open}>
        {open && <Values field={field} filter={filter} onTerm={onTerm} />}
      </div>
    </li>
  );
}

interface ValuesProps {
  readonly field: Field;
  readonly filter: EventFilter;
  readonly onTerm: (term: Term) => void;
}

function Values({ field, filter, onTerm }: ValuesProps) {
  const { data, error } = useQuery(facetQuery(filter, field.name));
  if (error) return <p className={styles["note"]}>{asProblem(error).detail}</p>;
  if (data === undefined) return <p className={styles["note"]}>Counting…</p>;
  if (data.events === 0) return <p className={styles["note"]}>No events.</p>;
  const more = data.distinct - data.items.length;
  const term = (value: string | number, exclude: boolean): void =>
    onTerm({ column: field.name, value: String(value), exclude });
  return (
    <>
      <ol className={styles["values"]}>
        {data.items.map(({ value, count }) => {
          const text = value === "" ? "(empty)" : formatValue(field.name, value);
          const share = count / data.events;
          return (
            <li key={String(value)}>
              <span className={styles["bar"]} style={{ width: `${share * 100}%` }} />
              <span className={styles["value"]} title={`${text}: ${formatNumber(count)} events`}>
                {text}
              </span>
              <span className={styles["count"]}>{formatCompact(count)}</span>
              <button
                type="button"
                aria-label={`Only ${field.label} ${text}`}
                title="Only these"
                onClick={() => term(value, false)}
              >
                <PlusIcon size={12} />
              </button>
              <button
                type="button"
                aria-label={`Without ${field.label} ${text}`}
                title="Exclude these"
                onClick={() => term(value, true)}
              >
                <MinusIcon size={12} />
              </button>
            </li>
          );
        })}
      </ol>
      {more > 0 && <p className={styles["note"]}>and {formatNumber(more)} more values</p>}
    </>
  );
}
