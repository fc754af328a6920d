/** When to try again, and how fast to send. */

export const FIRST_MS = 500;
export const MOST_MS = 30_000;
const DOUBLINGS = 10;
/** The server's bucket and ours do not tick alike; so much of the allowed rate is used. */
const STAY_BELOW = 0.9;

/**
 * Milliseconds to wait before attempt `attempt` (from 0): "equal jitter", half of the step fixed and half random
 * (Brooker, "Exponential Backoff and Jitter", 2015). `chance` is in [0, 1).
 */
export function backoffMs(attempt: number, chance: number): number {
  const step = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, DOUBLINGS));
  return step / 2 + (step / 2) * chance;
}

/** A token bucket: never more frames than the server's welcome allows. */
export class Pace {
  readonly #now: () => number;
  #perMs = 0;
  #burst = 0;
  #tokens = 0;
  #at: number;

  /** `now` gives milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** Begin anew with the limits of a connection; 0 means that none are known. */
  allow(perSecond: number, burst: number): void {
    this.#perMs = (perSecond * STAY_BELOW) / 1_000;
    this.#burst = Math.max(1, burst * STAY_BELOW - 1); // the hello has been one
    this.#tokens = this.#burst;
    this.#at = this.#now();
  }

  /** Take the right to send one frame: 0 when it may be sent now, or milliseconds to wait before asking again. */
  take(): number {
    if (this.#perMs <= 0) return 0;
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < 1) return (1 - this.#tokens) / this.#perMs;
    this.#tokens -= 1;
    return 0;
  }
}
