import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { FilterIcon } from "@/components/icons";
import { Segmented } from "@/components/segmented";
import { TextFilter } from "@/components/text-filter";
import { LEVEL_NAMES, LEVELS, type Level } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { useShortcut } from "@/lib/shortcuts";
import { packsQuery } from "./rule-queries";
import { isNarrowed, ORDER_CHOICES, type RuleSearch, STATE_CHOICES } from "./rule-search";
import styles from "./rules-page.module.css";

type Changes = { [Name in keyof RuleSearch]?: RuleSearch[Name] | undefined };

interface RulesFilterProps {
  readonly search: RuleSearch;
  /** How many rules are in each state, whatever state is asked for. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  readonly onChange: (change: Changes) => void;
  readonly onReset: () => void;
  readonly children: ReactNode;
}

const LEVEL_OPTIONS: readonly (readonly [Level | "", string])[] = [
  ["", "Any level"],
  ...LEVELS.toReversed().map((level) => [level, LEVEL_NAMES[level]] as const),
];

/** Everything that narrows the list; all of it stands in the address, so that a view can be shared. */
export function RulesFilter({ search, counts, onChange, onReset, children }: RulesFilterProps) {
  const input = useRef<HTMLInputElement>(null);
  const [unfolded, setUnfolded] = useState(false);
  const { data: packs } = useQuery(packsQuery);
  useShortcut("/", () => input.current?.focus());

  const total = counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
  const states = STATE_CHOICES.map(([state, name]) => {
    const count = state === "all" ? total : counts?.[state];
    return [state, count === undefined ? name : `${name} ${formatNumber(count)}`] as const;
  });
  const names = new Set((packs?.items ?? []).map((pack) => pack.name));
  if (search.pack) names.add(search.pack);
  const packOptions = [["", "Any pack"] as const, ...[...names].map((name) => [name, name] as const)];

  return (
    <Filters label="Filter rules">
      <TextFilter
        label="Search title, id, ATT&CK tag"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q || undefined })}
        inputRef={input}
        keyHint="/"
        search
      />
      <Button
        className={styles["fold"] ?? ""}
        aria-expanded={unfolded}
        aria-controls="rule-filters"
        onClick={() => setUnfolded(!unfolded)}
      >
        <FilterIcon /> Filters
      </Button>
      <div id="rule-filters" className={classes(styles["more"], unfolded && styles["unfolded"])}>
        <Segmented
          legend="State"
          value={search.state ?? "all"}
          options={states}
          onChange={(state) => onChange({ state: state === "all" ? undefined : state })}
        />
        <Select
          label="Level"
          value={search.level ?? ""}
          options={LEVEL_OPTIONS}
          onChange={(level) => onChange({ level: level === "" ? undefined : level })}
        />
        <Select
          label="Pack"
          value={search.pack ?? ""}
          options={packOptions}
          onChange={(pack) => onChange({ pack: pack || undefined })}
        />
        <TextFilter
          label="Log source"
          hint="A product such as windows, or category:webserver, or service:sshd"
          value={search.logsource ?? ""}
          onChange={(text) => onChange({ logsource: text.trim().toLowerCase() || undefined })}
        />
        <Select
          label="Order"
          value={search.order ?? "title"}
          options={ORDER_CHOICES}
          onChange={(order) => onChange({ order: order === "title" ? undefined : order })}
        />
        {isNarrowed(search) && (
          <Button look="quiet" onClick={onReset}>
            Reset
          </Button>
        )}
      </div>
      <div className={styles["end"]}>{children}</div>
    </Filters>
  );
}
