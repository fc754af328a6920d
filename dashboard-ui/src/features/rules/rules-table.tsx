import { Link } from "@tanstack/react-router";
import { tagName } from "@/components/chip";
import { classes } from "@/components/classes";
import { LevelBadge } from "@/components/level-badge";
import { Sparkline } from "@/components/sparkline";
import { Time } from "@/components/time";
import { type Column, VirtualTable } from "@/components/virtual-table";
import type { RuleSummary } from "@/lib/model";
import { formatCompact } from "@/lib/number";
import { explainCost, explainHistory, formatCost, hasHistory, isMeasured, logsourceOf } from "./rule-facts";
import { RuleToggle } from "./rule-toggle";
import styles from "./rules-table.module.css";

interface RulesTableProps {
  readonly rules: readonly RuleSummary[];
  readonly hasMore: boolean;
  readonly onMore: () => void;
}

const ROW_HEIGHT = 48;
const keyOf = (rule: RuleSummary): string => `${rule.owner}/${rule.id}`;
const rowClass = (rule: RuleSummary): string =>
  classes(styles["card"], rule.state === "disabled" && styles["off"]);

const column = (id: string, header: string, cell: Column<RuleSummary>["cell"]): Column<RuleSummary> => ({
  id,
  header,
  cell,
  className: styles[id],
});

function Title({ rule }: { readonly rule: RuleSummary }) {
  return (
    <>
      <Link to="/rules/$id" params={{ id: rule.id }} className={styles["name"]} data-row-link>
        {rule.title}
      </Link>
      <span className={styles["below"]}>
        {rule.state === "failing" ? rule.error : [logsourceOf(rule), ...rule.tags.map(tagName)].join(" · ")}
      </span>
    </>
  );
}

function Hits({ rule }: { readonly rule: RuleSummary }) {
  if (rule.hits === 0) return <span className="muted">0</span>;
  return (
    <span className={styles["figures"]}>
      {hasHistory(rule) && <Sparkline label={explainHistory(rule)} values={rule.history} />}
      <span>{formatCompact(rule.hits)}</span>
    </span>
  );
}

const COLUMNS: readonly Column<RuleSummary>[] = [
  column("state", "On", (rule) => <RuleToggle rule={rule} />),
  column("level", "Level", (rule) => <LevelBadge level={rule.level} />),
  column("rule", "Rule", (rule) => <Title rule={rule} />),
  column("hits", "Hits", (rule) => <Hits rule={rule} />),
  column("seen", "Last hit", (rule) => <Time at={rule.last_hit_at} />),
  column("cost", "Cost per event", (rule) => (
    <span title={explainCost(rule.cost)} className={isMeasured(rule.cost) ? undefined : "muted"}>
      {formatCost(rule.cost)}
    </span>
  )),
  column("pack", "Pack", (rule) => <span className={styles["packName"]}>{rule.pack}</span>),
];

/** Rules of any number: only those near the screen are drawn. */
export function RulesTable({ rules, hasMore, onMore }: RulesTableProps) {
  return (
    <VirtualTable
      label="Rules"
      rows={rules}
      columns={COLUMNS}
      rowKey={keyOf}
      rowClass={rowClass}
      rowHeight={ROW_HEIGHT}
      hasMore={hasMore}
      onMore={onMore}
    />
  );
}
