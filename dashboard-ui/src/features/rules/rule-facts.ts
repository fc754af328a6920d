/** Figures of rules, in words. */
import type { RuleCost, RuleSummary } from "@/lib/model";
import { formatNumber } from "@/lib/number";

const MICRO = 1_000;

/** What a rule takes of one event: nanoseconds below a microsecond, then microseconds. */
export function formatCost(cost: RuleCost): string {
  if (cost.events === 0) return "–";
  if (cost.ns_per_event >= MICRO) return `${(cost.ns_per_event / MICRO).toFixed(1)} µs`;
  if (cost.ns_per_event < 1) return "< 1 ns";
  return `${Math.round(cost.ns_per_event)} ns`;
}

export function explainCost(cost: RuleCost): string {
  const patterns =
    cost.patterns === 0
      ? "It is asked for every event of its log source."
      : `${formatNumber(cost.patterns)} patterns are looked for on its behalf.`;
  if (cost.events === 0) return `Not measured yet. ${patterns}`;
  const asked = `asked ${formatNumber(cost.evaluations)} times in ${formatNumber(cost.events)} sampled events`;
  return `${formatCost(cost)} for one event on average; ${asked}. ${patterns}`;
}

/** `windows · process_creation`, or what there is of it. */
export function logsourceOf(rule: {
  readonly product: string;
  readonly category: string;
  readonly service: string;
}): string {
  return [rule.product, rule.category, rule.service].filter((part) => part !== "").join(" · ") || "any event";
}

/** Whether there is anything to draw. */
export const hasHistory = (rule: RuleSummary): boolean => rule.history.some((hits) => hits > 0);

export function explainHistory(rule: RuleSummary): string {
  const recent = rule.history.reduce((sum, hits) => sum + hits, 0);
  return `${formatNumber(recent)} hits in the last 30 days`;
}
