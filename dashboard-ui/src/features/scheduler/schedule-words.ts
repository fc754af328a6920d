/** Schedules in words. */
import type { Run, ScheduleDraft, Trigger } from "@/lib/model";
import { formatWhole } from "@/lib/time";

export const KINDS = [
  ["cron", "Cron"],
  ["interval", "Interval"],
  ["once", "Once"],
  ["event", "Event"],
] as const satisfies readonly (readonly [Trigger["kind"], string])[];

export const OVERLAPS = [
  ["skip", "Leave the new one out"],
  ["queue", "Let the new one wait"],
  ["replace", "Cancel the one before"],
] as const satisfies readonly (readonly [ScheduleDraft["overlap"], string])[];

export const MISFIRES = [
  ["coalesce", "Make up for them with one run"],
  ["skip", "Leave them out"],
  ["backfill", "Make up for each"],
] as const satisfies readonly (readonly [ScheduleDraft["misfire"], string])[];

/** When it fires. A time of a `once` is written by the page. */
export function triggerText(trigger: Pick<Trigger, "kind" | "cron" | "zone" | "every" | "on">): string {
  if (trigger.kind === "cron") return `${trigger.cron} (${trigger.zone})`;
  if (trigger.kind === "interval") return `every ${formatWhole(trigger.every)}`;
  return trigger.kind === "event" ? `on ${trigger.on}` : "once";
}

const OUTCOMES: Readonly<Record<string, string>> = {
  skipped: "Left out",
  missed: "Missed",
  refused: "Refused",
};

const STATES: Readonly<Record<string, string>> = {
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  dead: "Gave up",
};

/** What came of a run: how its task ended, or why there is none. */
export function runText({ outcome, state }: Pick<Run, "outcome" | "state">): string {
  if (outcome !== "submitted") return OUTCOMES[outcome] ?? outcome;
  return state === "" ? "Under way" : (STATES[state] ?? state);
}

export function isBad({ outcome, state }: Pick<Run, "outcome" | "state">): boolean {
  return outcome === "refused" || outcome === "missed" || state === "failed" || state === "dead";
}

const BY: Readonly<Record<string, string>> = { time: "its time", event: "an event", hand: "hand" };

export const byText = (by: string): string => BY[by] ?? by;
