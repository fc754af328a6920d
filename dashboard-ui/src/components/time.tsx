import { useSyncExternalStore } from "react";
import type { Micros } from "@/lib/model";
import { usePreferences } from "@/lib/preferences";
import { formatFull, formatRelative, formatTime, nowMicros, toIso } from "@/lib/time";

const TICK_MS = 5_000;
const listeners = new Set<() => void>();
let now = nowMicros();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = nowMicros();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function currentTick(): Micros {
  // Before the first subscriber there is no ticking: catch up, at most once a tick, for the answer must not change by asking.
  if (timer === undefined && nowMicros() - now > TICK_MS * 1_000) now = nowMicros();
  return now;
}

/** The time now, to within five seconds, for everything that counts up on the screen. One timer for the whole page. */
export function useNow(): Micros {
  return useSyncExternalStore(subscribe, currentTick);
}

interface TimeProps {
  readonly at: Micros;
  /** With the day and the zone. */
  readonly full?: boolean;
  /** To the second on other days, too. */
  readonly precise?: boolean;
}

/** A time as the person prefers it (local, UTC, relative); the tooltip has all three. */
export function Time({ at, full = false, precise = false }: TimeProps) {
  const { time } = usePreferences();
  const tick = useNow();
  if (at <= 0) return <span className="muted">never</span>;
  const title = `${formatFull(at, false)}\n${formatFull(at, true)}\n${formatRelative(at, tick)}`;
  const text =
    full && time !== "relative" ? formatFull(at, time === "utc") : formatTime(at, time, tick, precise);
  return (
    <time dateTime={toIso(at)} title={title}>
      {text}
    </time>
  );
}
