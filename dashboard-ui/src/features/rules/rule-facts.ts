/** Figures of rules, in words. */
import type { RuleCost, RuleSummary } from "@/lib/model";
import { formatNumber, plural } from "@/lib/number";

const MICRO = 1_000;

/** A rule that no sampled event made the engine ask costs something, but nobody knows what. */
export const isMeasured = (cost: RuleCost): boolean => cost.evaluations > 0;

/** What a rule takes of one event: nanoseconds below a microsecond, then microseconds. */
export function formatCost(cost: RuleCost): string {
  if (!isMeasured(cost)) return cost.events === 0 ? "not measured yet" : "not in a sample yet";
  if (cost.ns_per_event >= MICRO) return `${(cost.ns_per_event / MICRO).toFixed(1)} µs`;
  if (cost.ns_per_event < 1) return "< 1 ns";
  return `${Math.round(cost.ns_per_event)} ns`;
}

/** The same for a line of facts, where there is room for the unit. */
export const costEach = (cost: RuleCost): string =>
  isMeasured(cost) ? `${formatCost(cost)} an event` : formatCost(cost);

export function explainCost(cost: RuleCost): string {
  const patterns =
    cost.patterns === 0
      ? "It is asked for every event of its log source."
      : `${formatNumber(cost.patterns)} patterns are looked for on its behalf.`;
  const sampled = plural(cost.events, "sampled event");
  if (cost.events === 0) return `Costs are measured in samples of events: none was taken yet. ${patterns}`;
  if (!isMeasured(cost)) return `Costs are measured in samples: it was not asked in ${sampled}. ${patterns}`;
  const asked = `asked ${plural(cost.evaluations, "time")} in ${sampled}`;
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
