import { Button } from "@/components/button";
import { CloseIcon } from "@/components/icons";
import { fieldOf, formatValue, labelOf } from "./event-fields";
import type { Term } from "./event-terms";
import styles from "./term-chips.module.css";

interface ChipsProps {
  readonly terms: readonly Term[];
  readonly onChange: (terms: readonly Term[]) => void;
}

export function termText({ column, value }: Term): string {
  if (value === "") return "(empty)";
  const kind = fieldOf(column)?.kind;
  return kind === "text" || kind === "address" ? value : formatValue(column, Number(value));
}

/** The filters in force: a click turns one around, its cross takes it away. */
export function TermChips({ terms, onChange }: ChipsProps) {
  if (terms.length === 0) return null;
  const turned = (at: number, term: Term): readonly Term[] =>
    terms.with(at, { ...term, exclude: !term.exclude });
  return (
    <ul className={styles["chips"]} aria-label="Filters in force">
      {terms.map((term, at) => {
        const text = `${labelOf(term.column)} ${term.exclude ? "is not" : "is"} ${termText(term)}`;
        return (
          <li key={`${term.column}=${term.value}`} className={term.exclude ? styles["out"] : styles["in"]}>
            <button
              type="button"
              className={styles["turn"]}
              title={
                term.exclude ? "Excluded. Click to show only these" : "Only these. Click to exclude them"
              }
              onClick={() => onChange(turned(at, term))}
            >
              <span className={styles["label"]}>{labelOf(term.column)}</span>
              <span className={styles["sign"]}>
                <span aria-hidden="true">{term.exclude ? "≠" : "="}</span>
                <span className="visually-hidden">{term.exclude ? " is not " : " is "}</span>
              </span>
              <span className={styles["value"]}>{termText(term)}</span>
            </button>
            <button
              type="button"
              className={styles["remove"]}
              aria-label={`Remove filter: ${text}`}
              onClick={() => onChange(terms.filter((_, index) => index !== at))}
            >
              <CloseIcon size={12} />
            </button>
          </li>
        );
      })}
      <li>
        <Button size="sm" look="quiet" onClick={() => onChange([])}>
          Remove all
        </Button>
      </li>
    </ul>
  );
}
