/** Results that are too large for a frame. */
import { ProblemError } from "./errors.js";
import { backoffMs } from "./pace.js";
import { Pause } from "./pause.js";
import type { Running } from "./request.js";
import type { Http } from "./transport.js";

/** Reads a result and ends its request; the server is asked until it answers, or until the signal ends it. */
export async function fetchResult(
  http: Http,
  request: Running,
  answer: { readonly status: string; readonly path: string },
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      request.end(answer.status, await http.fetch("GET", answer.path, signal));
      return;
    } catch (error) {
      if (error instanceof ProblemError && !error.retryable) {
        request.fail(error);
        return;
      }
      await new Pause().wait(backoffMs(attempt, Math.random()), signal);
    }
  }
}
