import type { StoredEvent } from "@/lib/model";
import styles from "./event-detail.module.css";
import { FIELDS, isFilter } from "./event-fields";
import type { Term } from "./event-terms";
import { TermButtons } from "./term-buttons";

const MOST = 200;
const DEEPEST = 3;

interface OwnProps {
  readonly event: StoredEvent;
  readonly onTerm: (term: Term) => void;
}

/** What the record itself says, name by name, as rules see it. A value that is a column's can be filtered by. */
export function OwnFields({ event, onTerm }: OwnProps) {
  const own = ownFields(event.native);
  if (own.length === 0) return null;
  return (
    <section>
      <h3 className={styles["own"]}>The record's own fields</h3>
      <table className={styles["fields"]} aria-label="The record's own fields">
        <tbody>
          {own.slice(0, MOST).map(([name, value]) => {
            const column = columnOf(event, value);
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{value}</td>
                <td className={styles["act"]}>
                  {column !== undefined && (
                    <TermButtons name={column} label={name} value={value} onTerm={onTerm} />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {own.length > MOST && <p className={styles["id"]}>The record has {own.length - MOST} more.</p>}
    </section>
  );
}

/** Names and values of a record; what is nested under `a.b`, lists of texts in one. */
export function ownFields(record: Readonly<Record<string, unknown>>, above = ""): [string, string][] {
  // Records of .evtx files have their tree beside the flat names that were made of it.
  const isTree = above === "" && "Event" in record && "EventID" in record;
  return Object.entries(record).flatMap(([key, value]): [string, string][] => {
    const name = above + key;
    if (value === null || value === "" || (isTree && key === "Event")) return [];
    if (!isRecord(value) || name.split(".").length >= DEEPEST) return [[name, wordsOf(value)]];
    return ownFields(value, `${name}.`);
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text as it is, texts of a list side by side, everything else as JSON. */
function wordsOf(value: unknown): string {
  if (typeof value === "string") return value;
  const isList = Array.isArray(value) && value.every((each) => typeof each === "string");
  return isList ? value.join(", ") : JSON.stringify(value);
}

/** The column that has the same value, where one can search by it. */
const columnOf = (event: StoredEvent, value: string): string | undefined =>
  FIELDS.find(({ name }) => isFilter(name) && event[name] === value)?.name;
