import { type RefObject, useRef, useState } from "react";
import { Button } from "@/components/button";
import { RetryIcon, SearchIcon } from "@/components/icons";
import { useShortcut } from "@/lib/shortcuts";
import { type EventFilter, filterOf } from "./event-search";
import styles from "./search-bar.module.css";
import { type RangeChange, TimeRange } from "./time-range";

interface SearchBarProps {
  readonly filter: EventFilter;
  readonly busy: boolean;
  readonly onSearch: (q: string, regex: boolean) => void;
  readonly onRange: (change: RangeChange) => void;
  readonly onAgain: () => void;
  readonly onCancel: () => void;
}

/** What the events contain, and when they were. A search starts with Enter, because it may be costly. */
export function SearchBar({ filter, busy, onSearch, onRange, onAgain, onCancel }: SearchBarProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", () => input.current?.focus());
  return (
    <search className={styles["bar"]} aria-label="Search events">
      <Query
        key={`${filter.regex} ${filter.q}`}
        filter={filter}
        input={input}
        onSearch={onSearch}
        onAgain={onAgain}
      />
      <div className={styles["end"]}>
        <TimeRange filter={filter} onChange={onRange} />
        {busy ? (
          <Button onClick={onCancel}>Stop</Button>
        ) : (
          <Button onClick={onAgain}>
            <RetryIcon /> Refresh
          </Button>
        )}
      </div>
    </search>
  );
}

interface QueryProps {
  readonly filter: EventFilter;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onSearch: (q: string, regex: boolean) => void;
  readonly onAgain: () => void;
}

function Query({ filter, input, onSearch, onAgain }: QueryProps) {
  const empty = filterOf({});
  const [text, setText] = useState(filter.q);
  const [regex, setRegex] = useState(filter.regex);
  const submit = (): void => {
    if (text.trim() === filter.q && regex === filter.regex) onAgain();
    else onSearch(text.trim(), regex && text.trim() !== "");
  };
  return (
    <form
      className={styles["query"]}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <SearchIcon className={styles["icon"]} />
      <input
        ref={input}
        type="search"
        className={styles["input"]}
        aria-label={regex ? "Regular expression that events match" : "Text that events contain"}
        placeholder={regex ? "Regular expression, for example \\bnc(at)? -e" : "Text that events contain"}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          // The browser's own × empties it: that is meant at once.
          if (event.target.value === "" && filter.q !== "") onSearch(empty.q, false);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <button
        type="button"
        className={styles["regex"]}
        aria-pressed={regex}
        title="Read it as a regular expression (RE2)"
        aria-label="Regular expression"
        onClick={() => setRegex(!regex)}
      >
        .*
      </button>
      <Button type="submit" look="primary">
        Search
      </Button>
    </form>
  );
}
