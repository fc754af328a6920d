import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { Segmented } from "@/components/segmented";
import { TextFilter } from "@/components/text-filter";
import { type DeadLetterSearch, FAULTS, RESOLVED_CHOICES } from "./dead-letter-search";
import styles from "./dead-letters-page.module.css";
import { ActionSelect } from "./task-filters";

type Changes = { [Name in keyof DeadLetterSearch]?: DeadLetterSearch[Name] | undefined };

interface DeadLetterFiltersProps {
  readonly search: DeadLetterSearch;
  readonly onChange: (change: Changes) => void;
  readonly onReset: () => void;
  /** What stands at the end of the bar. */
  readonly children: ReactNode;
}

/** Everything that narrows the list; all of it stands in the address. */
export function DeadLetterFilters({ search, onChange, onReset, children }: DeadLetterFiltersProps) {
  return (
    <Filters label="Filter dead letters">
      <Segmented
        legend="State"
        value={search.resolved ?? "open"}
        options={RESOLVED_CHOICES}
        onChange={(resolved) => onChange({ resolved: resolved === "open" ? undefined : resolved })}
      />
      <ActionSelect
        value={search.action ?? ""}
        onChange={(action) => onChange({ action: action || undefined })}
      />
      <Select
        label="Fault"
        value={search.fault ?? ""}
        options={FAULTS}
        onChange={(fault) => onChange({ fault: fault || undefined })}
      />
      <TextFilter
        label="Error code"
        value={search.error ?? ""}
        onChange={(error) => onChange({ error: error.trim() || undefined })}
      />
      {Object.keys(search).length > 0 && (
        <Button look="quiet" onClick={onReset}>
          Reset
        </Button>
      )}
      <div className={styles["end"]}>{children}</div>
    </Filters>
  );
}
