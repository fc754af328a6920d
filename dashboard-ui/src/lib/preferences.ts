/** What a person chose for this browser: theme, how times are written, whether single keys are shortcuts, which tenant. */
import { useSyncExternalStore } from "react";
import { asRecord, parseJson } from "./json";

const THEMES = ["system", "light", "dark"] as const;
const TIME_MODES = ["local", "utc", "relative"] as const;
export type Theme = (typeof THEMES)[number];
export type TimeMode = (typeof TIME_MODES)[number];

export interface Preferences {
  readonly theme: Theme;
  readonly time: TimeMode;
  readonly shortcuts: boolean;
  /** The tenant that somebody logged in to here last. */
  readonly tenant: string;
}

export const DEFAULT_TENANT = "default";

const KEY = "netsentinel.preferences";
const listeners = new Set<() => void>();

function oneOf<T extends string>(choices: readonly T[], value: unknown, otherwise: T): T {
  return choices.find((choice) => choice === value) ?? otherwise;
}

function read(): Preferences {
  try {
    const stored = asRecord(parseJson(localStorage.getItem(KEY) ?? ""));
    return {
      theme: oneOf(THEMES, stored["theme"], "system"),
      time: oneOf(TIME_MODES, stored["time"], "local"),
      shortcuts: stored["shortcuts"] !== false,
      tenant: typeof stored["tenant"] === "string" ? stored["tenant"] : DEFAULT_TENANT,
    };
  } catch {
    return { theme: "system", time: "local", shortcuts: true, tenant: DEFAULT_TENANT }; // storage is blocked
  }
}

let current = read();

function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function getPreferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  applyTheme(current.theme);
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // The choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, getPreferences);
}
