import type { RefObject } from "react";
import { useDebouncedText } from "@/lib/use-debounced";
import { classes } from "./classes";
import { SearchIcon } from "./icons";
import styles from "./text-filter.module.css";

interface TextFilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  readonly search?: boolean;
  /** The key that focuses it, shown at its end. */
  readonly keyHint?: string;
  /** What can be written here. */
  readonly hint?: string;
}

/** A text that narrows a list while it is typed. */
export function TextFilter(props: TextFilterProps) {
  const { label, value, onChange, inputRef, search = false, keyHint, hint } = props;
  const [text, setText] = useDebouncedText(value, onChange);
  return (
    <div className={classes(styles["filter"], search && styles["search"])}>
      {search && <SearchIcon className={styles["icon"]} />}
      <input
        ref={inputRef}
        type="search"
        className={styles["input"]}
        aria-label={label}
        placeholder={label}
        title={hint}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {keyHint !== undefined && text === "" && (
        <kbd className={styles["key"]} aria-hidden="true">
          {keyHint}
        </kbd>
      )}
    </div>
  );
}
