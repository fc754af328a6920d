import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { RemovableChip } from "@/components/chip";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { Segmented } from "@/components/segmented";
import { actionsQuery } from "./task-queries";
import type { TaskSearch } from "./task-search";
import { STATE_CHOICES } from "./task-states";

type Changes = { [Name in keyof TaskSearch]?: TaskSearch[Name] | undefined };

interface TaskFiltersProps {
  readonly search: TaskSearch;
  readonly onChange: (change: Changes) => void;
  readonly onReset: () => void;
}

/** Everything that narrows the list; all of it stands in the address. */
export function TaskFilters({ search, onChange, onReset }: TaskFiltersProps) {
  return (
    <Filters label="Filter tasks">
      <Segmented
        legend="State"
        value={search.state ?? "all"}
        options={STATE_CHOICES}
        onChange={(state) => onChange({ state: state === "all" ? undefined : state })}
      />
      <ActionSelect
        value={search.action ?? ""}
        onChange={(action) => onChange({ action: action || undefined })}
      />
      {search.origin && (
        <RemovableChip
          label="Asked by"
          value={search.origin}
          onRemove={() => onChange({ origin: undefined })}
        />
      )}
      {search.error && (
        <RemovableChip label="Error" value={search.error} onRemove={() => onChange({ error: undefined })} />
      )}
      {Object.keys(search).length > 0 && (
        <Button look="quiet" onClick={onReset}>
          Reset
        </Button>
      )}
    </Filters>
  );
}

interface ActionSelectProps {
  readonly value: string;
  readonly onChange: (action: string) => void;
}

/** Which action; one of a shared address stands among them, whatever the server knows. */
export function ActionSelect({ value, onChange }: ActionSelectProps) {
  const { data } = useQuery(actionsQuery);
  const names = new Set((data?.items ?? []).map(({ name }) => name));
  if (value !== "") names.add(value);
  const options: (readonly [string, string])[] = [
    ["", "Any action"],
    ...[...names].toSorted().map((name) => [name, name] as const),
  ];
  return <Select label="Action" value={value} options={options} onChange={onChange} />;
}
