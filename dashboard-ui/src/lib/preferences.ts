/** What a person chose for this browser: theme, how times are written, whether single keys are shortcuts. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export type TimeMode = "local" | "utc" | "relative";

export interface Preferences {
  readonly theme: Theme;
  readonly time: TimeMode;
  readonly shortcuts: boolean;
}

const KEY = "netsentinel.preferences";
const DEFAULTS: Preferences = { theme: "system", time: "local", shortcuts: true };
const listeners = new Set<() => void>();

function read(): Preferences {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return { ...DEFAULTS, ...stored };
  } catch {
    return DEFAULTS; // blocked or damaged storage
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
