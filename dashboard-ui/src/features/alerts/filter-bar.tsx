import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useRef, useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { RemovableChip, tagName } from "@/components/chip";
import { classes } from "@/components/classes";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { FilterIcon } from "@/components/icons";
import { Segmented } from "@/components/segmented";
import { TextFilter } from "@/components/text-filter";
import { sourcesQuery } from "@/features/sources/source-queries";
import { LEVEL_NAMES, LEVELS, type Level } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import { type AlertOrder, type AlertSearch, isNarrowed, narrowedBy, STATUS_CHOICES } from "./alert-filter";
import styles from "./filter-bar.module.css";

type Changes = { [Name in keyof AlertSearch]?: AlertSearch[Name] | undefined };

interface FilterBarProps {
  readonly search: AlertSearch;
  readonly onChange: (change: Changes) => void;
  readonly onReset: () => void;
  /** What stands at the end of the bar. */
  readonly children: ReactNode;
}

const LEVEL_OPTIONS: readonly (readonly [Level, string])[] = LEVELS.map((level) => [
  level,
  level === "informational"
    ? "Any level"
    : level === "critical"
      ? "Critical"
      : `${LEVEL_NAMES[level]} and above`,
]);

const ORDERS: readonly (readonly [AlertOrder | "", string])[] = [
  ["", "By time"],
  ["arrival", "By arrival"],
  ["score", "By score"],
];

/** Everything that narrows the list; all of it stands in the address, so that a view can be shared. */
export function FilterBar({ search, onChange, onReset, children }: FilterBarProps) {
  const input = useRef<HTMLInputElement>(null);
  const [unfolded, setUnfolded] = useState(false);
  const inForce = narrowedBy(search).filter((name) => name !== "q").length;

  useShortcut("/", () => input.current?.focus());

  return (
    <Filters label="Filter alerts">
      <TextFilter
        label="Search title, entity, address"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q || undefined })}
        inputRef={input}
        keyHint="/"
        search
      />
      <Button
        className={styles["fold"] ?? ""}
        aria-expanded={unfolded}
        aria-controls="alert-filters"
        onClick={() => setUnfolded(!unfolded)}
      >
        <FilterIcon /> Filters{inForce > 0 && ` (${inForce})`}
      </Button>
      <div id="alert-filters" className={classes(styles["more"], unfolded && styles["unfolded"])}>
        <Segmented
          legend="Status"
          value={search.status ?? "active"}
          options={STATUS_CHOICES}
          onChange={(status) => onChange({ status: status === "active" ? undefined : status })}
        />
        <Select
          label="Lowest level"
          value={search.level ?? "informational"}
          options={LEVEL_OPTIONS}
          onChange={(level) => onChange({ level: level === "informational" ? undefined : level })}
        />
        <SourceSelect
          value={search.source ?? ""}
          onChange={(source) => onChange({ source: source || undefined })}
        />
        <TextFilter
          label="Entity"
          value={search.entity ?? ""}
          onChange={(entity) => onChange({ entity: entity.trim() || undefined })}
        />
        <span className={styles["narrowOnly"]}>
          <Select
            label="Order"
            value={search.order ?? ""}
            options={ORDERS}
            onChange={(order) => onChange({ order: order || undefined })}
          />
        </span>
        {search.rule && (
          <RemovableChip label="Rule" value={search.rule} onRemove={() => onChange({ rule: undefined })} />
        )}
        {search.tag && (
          <RemovableChip
            label="Tag"
            value={tagName(search.tag)}
            onRemove={() => onChange({ tag: undefined })}
          />
        )}
        {isNarrowed(search) && (
          <Button look="quiet" onClick={onReset}>
            Reset
          </Button>
        )}
        <Link to="/suppressions" className={classes(buttonClass({ look: "quiet" }), styles["narrowOnly"])}>
          Suppressions
        </Link>
      </div>
      <div className={styles["end"]}>{children}</div>
    </Filters>
  );
}

interface SourceSelectProps {
  readonly value: string;
  readonly onChange: (source: string) => void;
}

function SourceSelect({ value, onChange }: SourceSelectProps) {
  const { data } = useQuery(sourcesQuery);
  const names = new Set((data?.items ?? []).map((source) => source.name));
  if (value !== "") names.add(value);
  const options: (readonly [string, string])[] = [
    ["", "Any source"],
    ...[...names].map((name) => [name, name] as const),
  ];
  return <Select label="Source" value={value} options={options} onChange={onChange} />;
}
