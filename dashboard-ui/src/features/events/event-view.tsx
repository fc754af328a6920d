import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass } from "@/components/button";
import { CodeView } from "@/components/code-view";
import { CopyButton } from "@/components/copy-button";
import { Segmented } from "@/components/segmented";
import { Time } from "@/components/time";
import type { StoredEvent } from "@/lib/model";
import { nearSearch } from "./around";
import styles from "./event-detail.module.css";
import { FIELDS, formatValue, isEmptyValue, isFilter } from "./event-fields";
import { formatTerms, type Term } from "./event-terms";
import { OwnFields } from "./own-fields";
import { TermButtons } from "./term-buttons";

const SIDES = [
  ["fields", "Fields"],
  ["record", "Record as it came"],
] as const;
type Side = (typeof SIDES)[number][0];

interface ViewProps {
  readonly event: StoredEvent;
  readonly onTerm: (term: Term) => void;
}

export function EventView({ event, onTerm }: ViewProps) {
  const [side, setSide] = useState<Side>("fields");
  return (
    <>
      <Ways event={event} />
      <div className={styles["head"]}>
        <Segmented legend="Show" value={side} options={SIDES} onChange={setSide} />
        <CopyButton text={event.raw || recordOf(event)} what="the record" />
      </div>
      {side === "fields" ? <Fields event={event} onTerm={onTerm} /> : <Record event={event} />}
      <p className={styles["id"]}>
        <code>{event.id}</code>
      </p>
    </>
  );
}

const recordOf = (event: StoredEvent): string => JSON.stringify(event.native, null, 2);

function Fields({ event, onTerm }: ViewProps) {
  return (
    <>
      <table className={styles["fields"]} aria-label="Fields">
        <tbody>
          {FIELDS.filter(({ name }) => !isEmptyValue(name, event[name])).map(({ name, label, kind }) => (
            <tr key={name}>
              <th scope="row" title={name}>
                {label}
              </th>
              <td>
                {kind === "time" ? <Time at={Number(event[name])} full /> : formatValue(name, event[name])}
              </td>
              <td className={styles["act"]}>
                {isFilter(name) ? (
                  <TermButtons name={name} label={label} value={String(event[name])} onTerm={onTerm} />
                ) : (
                  ""
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <OwnFields event={event} onTerm={onTerm} />
    </>
  );
}

function Record({ event }: { readonly event: StoredEvent }) {
  return (
    <>
      {event.raw !== "" && <pre className={styles["line"]}>{event.raw}</pre>}
      <CodeView text={recordOf(event)} language="json" label="The record as JSON" />
    </>
  );
}

/** Where to go from here: what happened around it, the rest of its connection, the alerts about its entities. */
function Ways({ event }: { readonly event: StoredEvent }) {
  const where = formatTerms([{ column: "connection_uid", value: event.connection_uid, exclude: false }]);
  const look = buttonClass({ size: "sm" });
  return (
    <div className={styles["ways"]}>
      <Link to="/events" search={nearSearch(event.time, event)} className={look}>
        Events around it
      </Link>
      {event.connection_uid !== "" && (
        <Link to="/events" search={{ range: "all", where }} className={look}>
          Same connection
        </Link>
      )}
      <Link to="/alerts" search={{ entity: event.entity, status: "all" }} className={look}>
        Alerts about {event.entity}
      </Link>
    </div>
  );
}
