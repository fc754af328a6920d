/** When to try again: exponential back-off with jitter, so that many clients do not come back at once. */

export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

export const LIVE_BACKOFF: Backoff = { baseMs: 500, maxMs: 30_000 };

/**
 * Milliseconds to wait before attempt `attempt` (from 0): "equal jitter", half of the step fixed and half random
 * (Brooker, "Exponential Backoff and Jitter", 2015). `random` is in [0, 1).
 */
export function backoffMs(
  attempt: number,
  random: number,
  { baseMs, maxMs }: Backoff = LIVE_BACKOFF,
): number {
  const step = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(step / 2 + (step / 2) * random);
}
