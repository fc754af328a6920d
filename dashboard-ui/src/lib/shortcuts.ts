/** Single keys and two-key jumps as shortcuts. They never fire while somebody types, nor with Ctrl, Alt or Meta. */
import { useEffect, useEffectEvent } from "react";
import { getPreferences } from "./preferences";

/** How long the second key of a jump such as `g a` may take. */
const SEQUENCE_MS = 1_200;
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
const OVERLAY = "[role=dialog], [role=menu]";

type Handler = (event: KeyboardEvent) => void;

const handlers = new Map<string, Handler[]>();
let pending = "";
let pendingUntil = 0;

function belongsElsewhere(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing)
    return true;
  const target = event.target instanceof Element ? event.target : null;
  return target !== null && target.closest(`${TYPING}, ${OVERLAY}`) !== null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (!getPreferences().shortcuts || belongsElsewhere(event)) return;
  const sequence = pending !== "" && event.timeStamp < pendingUntil ? `${pending} ${event.key}` : event.key;
  pending = "";
  const handler = handlers.get(sequence)?.at(-1);
  if (handler !== undefined) {
    event.preventDefault();
    handler(event);
  } else if ([...handlers.keys()].some((keys) => keys.startsWith(`${event.key} `))) {
    pending = event.key;
    pendingUntil = event.timeStamp + SEQUENCE_MS;
  }
}

function register(keys: string, handler: Handler): () => void {
  if (handlers.size === 0) window.addEventListener("keydown", onKeyDown);
  handlers.set(keys, [...(handlers.get(keys) ?? []), handler]);
  return () => {
    const left = (handlers.get(keys) ?? []).filter((each) => each !== handler);
    if (left.length > 0) handlers.set(keys, left);
    else handlers.delete(keys);
    if (handlers.size === 0) window.removeEventListener("keydown", onKeyDown);
  };
}

/** `keys` is one key (`j`, `/`, `?`) or two with a space between (`g a`). The newest on the page wins. */
export function useShortcut(keys: string, handler: Handler, enabled = true): void {
  const latest = useEffectEvent(handler);
  useEffect(() => (enabled ? register(keys, (event) => latest(event)) : undefined), [keys, enabled]);
}
