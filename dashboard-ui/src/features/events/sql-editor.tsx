import { type KeyboardEvent, useRef, useState } from "react";
import { Button } from "@/components/button";
import { ChevronDownIcon, PlayIcon } from "@/components/icons";
import { Menu, MenuItem } from "@/components/menu";
import { FIELDS } from "./event-fields";
import styles from "./sql-editor.module.css";

const EXAMPLES: readonly (readonly [string, string])[] = [
  [
    "Who talks to most others",
    "SELECT src_ip, count(DISTINCT dst_ip) AS peers, count(*) AS events\nFROM events\nWHERE src_ip <> ''\nGROUP BY src_ip\nORDER BY peers DESC\nLIMIT 50",
  ],
  [
    "Rare destinations ports",
    "SELECT dst_port, count(*) AS events, min(src_ip) AS from_one\nFROM events\nWHERE dst_port > 0\nGROUP BY dst_port\nHAVING count(*) <= 3\nORDER BY dst_port",
  ],
  [
    "Longest domain names",
    "SELECT domain, src_ip, count(*) AS events\nFROM events\nWHERE class_uid = 4003\nGROUP BY domain, src_ip\nORDER BY length(domain) DESC\nLIMIT 50",
  ],
  [
    "Failed log-ins by user",
    'SELECT "user", src_ip, count(*) AS failures, max(time_utc) AS last_seen\nFROM events\nWHERE class_uid = 3002 AND action = \'failure\'\nGROUP BY "user", src_ip\nORDER BY failures DESC\nLIMIT 100',
  ],
  [
    "Bytes out per hour",
    "SELECT date_trunc('hour', time_utc) AS hour, src_ip, sum(bytes_out) AS bytes\nFROM events\nGROUP BY ALL\nORDER BY bytes DESC\nLIMIT 100",
  ],
  [
    "A native field",
    "SELECT json_extract_string(native, '$.event_type') AS event_type, count(*) AS events\nFROM events\nGROUP BY 1\nORDER BY 2 DESC",
  ],
];

/** SQL's own words, which a column must not be taken for. */
const RESERVED = new Set(["user", "time", "number", "action"]);
const COLUMNS = [...FIELDS.map(({ name }) => name), "time_utc", "received_utc", "native", "raw"];

interface EditorProps {
  readonly text: string;
  readonly running: boolean;
  readonly mayRun: boolean;
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
  readonly onStop: () => void;
  readonly onExample: (sql: string) => void;
}

/** A plain text field for SQL: Ctrl+Enter runs, Tab indents (Escape first lets Tab leave), columns a click away. */
export function SqlEditor({ text, running, mayRun, onText, onRun, onStop, onExample }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [leaving, setLeaving] = useState(false);

  /** Types the text where the cursor is, so that the browser's undo knows of it. */
  const insert = (what: string): void => {
    const element = area.current;
    if (element === null) return;
    element.focus();
    const { selectionStart, selectionEnd } = element;
    element.setRangeText(what, selectionStart, selectionEnd, "end");
    onText(element.value);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onRun();
    } else if (event.key === "Tab" && !event.shiftKey && !leaving) {
      event.preventDefault();
      insert("  ");
    }
    setLeaving(event.key === "Escape");
  };

  return (
    <section className={styles["editor"]} aria-label="Statement">
      <textarea
        ref={area}
        className={styles["text"]}
        aria-label="SQL"
        aria-describedby="sql-keys"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        rows={Math.min(18, Math.max(7, text.split("\n").length + 1))}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className={styles["bar"]}>
        {running ? (
          <Button onClick={onStop}>Stop</Button>
        ) : (
          <Button
            look="primary"
            onClick={onRun}
            disabled={!mayRun}
            aria-describedby={mayRun ? undefined : "sql-refused"}
          >
            <PlayIcon size={14} /> Run
          </Button>
        )}
        <Menu
          align="start"
          trigger={
            <Button>
              Examples <ChevronDownIcon size={12} />
            </Button>
          }
        >
          {EXAMPLES.map(([name, sql]) => (
            <MenuItem key={name} onSelect={() => onExample(sql)}>
              {name}
            </MenuItem>
          ))}
        </Menu>
        {!mayRun && (
          <p id="sql-refused" className={styles["refused"]}>
            Hunting takes the permission <code>events:hunt</code>, which you do not have.
          </p>
        )}
        <p id="sql-keys" className={styles["keys"]}>
          <kbd>Ctrl</kbd> <kbd>Enter</kbd> runs · <kbd>Tab</kbd> indents, after <kbd>Esc</kbd> it leaves
        </p>
      </div>
      <details className={styles["columns"]}>
        <summary>Columns of events</summary>
        <ul>
          {COLUMNS.map((name) => (
            <li key={name}>
              <button
                type="button"
                onClick={() => insert(RESERVED.has(name) ? `"${name}"` : name)}
                title={`Insert ${name}`}
              >
                {name}
              </button>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
