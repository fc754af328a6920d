import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { Endpoints } from "@/components/endpoints";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { StoredEvent } from "@/lib/model";
import {
  type Field,
  type FieldName,
  fieldOf,
  formatValue,
  fromTo,
  isEmptyValue,
  isFilter,
} from "./event-fields";
import { summaryOf } from "./event-summary";
import styles from "./events-table.module.css";

/** Opens the menu of a value at the element that shows it. */
export type OnValue = (column: FieldName, value: string | number, anchor: HTMLElement) => void;

/** Two columns that are made of several fields; the others are the fields themselves. */
const MADE = { endpoints: "Source → destination", summary: "What" } as const;
type Made = keyof typeof MADE;

/** So many characters at the end of a source's name are always shown. */
const SHOWN_END = 12;
/** The last part of one (`:conn`, `/conn.log`) is shown whole up to so many. */
const MOST_END = 18;

/** Fewer than one event of so many has addresses: what happened has their room then. */
const FEW = 5;

const isMade = (name: string): name is Made => Object.hasOwn(MADE, name);

export const DEFAULT_COLUMNS: readonly string[] = ["class_uid", "endpoints", "summary", "source"];

/** The columns that the address asks for. The time always comes first: it opens the event. */
export function parseColumns(text: string | undefined): readonly string[] {
  const names = (text ?? "").split(",").filter((name) => isMade(name) || (name !== "time" && fieldOf(name)));
  return names.length > 0 ? [...new Set(names)] : DEFAULT_COLUMNS;
}

export function formatColumns(names: readonly string[]): string | undefined {
  const text = names.join(",");
  return text === DEFAULT_COLUMNS.join(",") || text === "" ? undefined : text;
}

function EventTime({ event }: { readonly event: StoredEvent }) {
  return (
    <Link
      to="/events"
      search={(before) => ({ ...before, event: event.id })}
      resetScroll={false}
      className={styles["time"]}
      data-row-link
    >
      <Time at={event.time} precise />
      {event.time === event.received_at && (
        <span className={styles["arrived"]} title="It states no time: this is when it arrived.">
          {" "}
          arrived
        </span>
      )}
    </Link>
  );
}

const TIME: Column<StoredEvent> = {
  id: "time",
  header: "Time",
  className: styles["when"],
  cell: (event) => <EventTime event={event} />,
};

function madeColumn(name: Made, few: boolean): Column<StoredEvent> {
  return {
    id: name,
    header: MADE[name],
    className: classes(styles[name], name === "endpoints" && few && styles["few"]),
    cell: (event) => {
      if (name === "summary")
        return (
          <span className={styles["text"]} title={summaryOf(event)}>
            {summaryOf(event)}
          </span>
        );
      const [from, to] = fromTo(event);
      return <Endpoints from={from} to={to} />;
    },
  };
}

function fieldColumn({ name, label, kind }: Field, onValue: OnValue): Column<StoredEvent> {
  const number = ["port", "bytes", "number", "span"].includes(kind);
  return {
    id: name,
    header: label,
    className: classes(styles[`kind-${kind}`], styles[`field-${name}`], number && styles["figure"]),
    cell: (event) => {
      const value = event[name];
      if (kind === "time")
        return (
          <>
            <span className={styles["word"]}>{label.toLowerCase()} </span>
            <Time at={Number(value)} precise />
          </>
        );
      if (isEmptyValue(name, value)) return <span className="muted">–</span>;
      const text = formatValue(name, value);
      if (!isFilter(name)) return <span className={styles["text"]}>{text}</span>;
      return (
        <button
          type="button"
          className={classes(styles["value"], kind === "address" && styles["mono"])}
          title={text}
          aria-haspopup="menu"
          onClick={(click) => onValue(name, value, click.currentTarget)}
        >
          {kind === "severity" && <i className={styles[`severity-${value}`]} />}
          {name === "source" ? <Ends text={text} /> : text}
        </button>
      );
    },
  };
}

/** Where the end of a name begins that is shown whole: with its last part, where that is short enough. */
function endOf(text: string): number {
  const part = Math.max(text.lastIndexOf(":"), text.lastIndexOf("/"));
  return part > 0 && text.length - part <= MOST_END ? part : Math.max(0, text.length - SHOWN_END);
}

/** Names of sources differ at their end as often as at their beginning: where there is no room, the middle is left out. */
function Ends({ text }: { readonly text: string }) {
  const at = endOf(text);
  return (
    <span className={styles["ends"]}>
      <span>{text.slice(0, at)}</span>
      <span>{text.slice(at)}</span>
    </span>
  );
}

/** The columns to show. Addresses that no event has take no room, unless they were chosen. */
export function columnsOf(
  names: readonly string[],
  onValue: OnValue,
  events: readonly StoredEvent[] = [],
  byArrival = false,
): Column<StoredEvent>[] {
  const routed = events.filter((event) => event.src_ip !== "" || event.dst_ip !== "").length;
  const spares = formatColumns(names) === undefined && routed === 0;
  const few = routed * FEW < events.length;
  const shown = byArrival ? [...new Set(["received_at", ...names])] : names;
  return [
    TIME,
    ...shown.flatMap((name) => {
      if (name === "endpoints" && spares && events.length > 0) return [];
      if (isMade(name)) return [madeColumn(name, few)];
      const field = fieldOf(name);
      return field === undefined ? [] : [fieldColumn(field, onValue)];
    }),
  ];
}
