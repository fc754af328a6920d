/** A task's life in words: its states, why it is in them, and what a person may do about it. */
import type { AttemptItem, TaskItem } from "@/lib/model";

const STATES = [
  ["waiting", "Waiting"],
  ["queued", "Queued"],
  ["running", "Running"],
  ["retry_wait", "Retrying"],
  ["parked", "Parked"],
  ["paused", "Paused"],
  ["succeeded", "Succeeded"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
  ["dead", "Gave up"],
] as const;

export type TaskState = (typeof STATES)[number][0];

const NAMES = new Map<string, string>(STATES);
const FINAL: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "dead"]);

/** Groups of states that people ask for together. */
export const STATE_CHOICES = [
  ["all", "All"],
  ["active", "Active"],
  ["failed", "Failed"],
  ["ended", "Done"],
] as const;

export type StateChoice = (typeof STATE_CHOICES)[number][0];

export const STATES_OF: Readonly<Record<StateChoice, readonly TaskState[]>> = {
  all: [],
  active: ["waiting", "queued", "running", "retry_wait", "parked", "paused"],
  failed: ["failed", "dead"],
  ended: ["succeeded", "cancelled"],
};

const WANTED: Readonly<Record<string, string>> = {
  cancel: "Being cancelled",
  skip: "Being skipped",
  pause: "Being paused",
};

export function stateName({ state, reason, wanted }: Pick<TaskItem, "state" | "reason" | "wanted">): string {
  if (state === "running" && WANTED[wanted] !== undefined) return WANTED[wanted];
  if (state === "cancelled" && reason === "skipped") return "Skipped";
  return NAMES.get(state) ?? state;
}

export const isFinal = ({ state }: Pick<TaskItem, "state">): boolean => FINAL.has(state);

const REASONS: Readonly<Record<string, string>> = {
  needs: "for tasks that it needs",
  not_before: "for its time",
  concurrency: "for its turn: others of its kind run",
  skipped: "what needs it went on",
  requested: "somebody asked for it",
  need_failed: "a task that it needs did not succeed",
  replaced: "a newer one took its place",
  deadline: "its deadline passed",
  retries: "every attempt failed",
  permanent: "trying again would not help",
  poison: "it harms whoever works on it",
};

/** Why it is in its state, where the state does not say it. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  running: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  timed_out: "Timed out",
  lost: "Worker lost",
  interrupted: "Interrupted",
  cancelled: "Cancelled",
};

export const outcomeName = ({ outcome }: Pick<AttemptItem, "outcome">): string =>
  OUTCOMES[outcome] ?? outcome;

export type TaskAct = "pause" | "resume" | "retry" | "skip" | "cancel";

const RETRIED: ReadonlySet<string> = new Set(["retry_wait", "parked", "failed", "dead"]);

/** What the task's state lets a person do, by the rules of the server. */
export function actsOn(task: Pick<TaskItem, "state" | "reason" | "wanted">): readonly TaskAct[] {
  const { state, reason, wanted } = task;
  const acts: TaskAct[] = [];
  if (state === "paused") acts.push("resume");
  if (RETRIED.has(state) || reason === "not_before") acts.push("retry");
  if (isFinal(task) || wanted === "cancel" || wanted === "skip") return acts;
  if (state !== "paused" && wanted === "") acts.push("pause");
  return [...acts, "skip", "cancel"];
}

export const ACT_NAMES: Readonly<Record<TaskAct, string>> = {
  pause: "Pause",
  resume: "Resume",
  retry: "Try again now",
  skip: "Skip…",
  cancel: "Cancel…",
};
