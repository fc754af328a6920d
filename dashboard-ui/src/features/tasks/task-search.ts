/** Which tasks: as search parameters in the address, as the API's query, and as a test on one task. */
import type { TaskItem } from "@/lib/model";
import { STATE_CHOICES, STATES_OF, type StateChoice } from "./task-states";

/** The view's state; all of it lives in the address. */
export interface TaskSearch {
  readonly state?: StateChoice;
  readonly action?: string;
  /** What asked for it, for example `schedule:sch_1`. */
  readonly origin?: string;
  readonly error?: string;
}

const TEXTS = ["action", "origin", "error"] as const;

/** Reads the address; what it does not understand is left out. */
export function parseTaskSearch(raw: Record<string, unknown>): TaskSearch {
  const search: Record<string, string> = {};
  const state = STATE_CHOICES.find(([choice]) => choice === raw["state"])?.[0];
  if (state !== undefined && state !== "all") search["state"] = state;
  for (const name of TEXTS) {
    const value = raw[name];
    if (typeof value === "string" && value.trim() !== "") search[name] = value.trim();
  }
  return search;
}

export interface TaskQuery {
  state?: string;
  action?: string;
  origin?: string;
  error_code?: string;
}

export function toTaskQuery({ state, action, origin, error }: TaskSearch): TaskQuery {
  const states = STATES_OF[state ?? "all"].join(",");
  return {
    ...(states !== "" && { state: states }),
    ...(action && { action }),
    ...(origin && { origin }),
    ...(error && { error_code: error }),
  };
}

/** Whether a changed task belongs into a list, by the server's rules. */
export function matchesTaskSearch(task: TaskItem, { state, action, origin, error }: TaskSearch): boolean {
  const states: readonly string[] = STATES_OF[state ?? "all"];
  if (states.length > 0 && !states.includes(task.state)) return false;
  if (action && !action.split(",").includes(task.action)) return false;
  if (origin && task.origin !== origin) return false;
  return !error || task.error_code === error;
}
