/** Keeping the connection up: attempts with jitter between them, and polling where the WebSocket is blocked. */
import type { Attempt, Connection } from "./connection.js";
import type { Conversation } from "./conversation.js";
import { ClientError, RefusedError } from "./errors.js";
import type { State } from "./model.js";
import type { Filled } from "./options.js";
import { backoffMs } from "./pace.js";
import type { Pause } from "./pause.js";
import { Poll } from "./polling.js";
import type { Http } from "./transport.js";

export interface UpkeepParts {
  readonly options: Filled;
  readonly socketUrl: string;
  readonly http: Http;
  readonly conversation: Conversation;
  readonly connection: Connection;
  readonly pause: Pause;
  readonly become: (state: State) => void;
}

/** So many WebSockets in a row that did not open, while HTTP worked, mean that something on the way blocks them. */
const BLOCKED_AFTER = 2;
const FINAL_CODES: ReadonlySet<number> = new Set([4401, 4403, 4409]);

/** Works until the signal ends it. Throws `RefusedError` when the server says no for good. */
export async function keepUp(parts: UpkeepParts, signal: AbortSignal): Promise<void> {
  const { options, connection, pause, become } = parts;
  const { WebSocket, chance } = options;
  const blockedAfter = WebSocket === null ? 1 : BLOCKED_AFTER;
  let blocked = 0;
  let attempt = 0;
  let isPolling = false;
  while (!signal.aborted) {
    if (!isPolling) become(attempt === 0 ? "connecting" : "waiting");
    const outcome = await connection.attempt(WebSocket, parts.socketUrl, signal, () => become("live"));
    if (signal.aborted) return;
    const refusal = refusalOf(outcome);
    if (refusal !== null) throw refusal;
    blocked = outcome.handshakeFailed === true ? blocked + 1 : 0;
    attempt = outcome.wasWelcome === true ? 0 : attempt + 1;
    isPolling = blocked >= blockedAfter && (await poll(parts, signal));
    if (isPolling || signal.aborted) continue;
    become("waiting");
    const stated = outcome.retryAfterMs ?? null;
    // A stated delay gets up to a fifth more, so that a restart is not followed by a stampede.
    await pause.wait(stated === null ? backoffMs(attempt, chance()) : stated * (1 + chance() / 5), signal);
  }
}

/** Reads over HTTP until it is time to try the WebSocket again, or asked to; false when HTTP does not work either. */
async function poll(parts: UpkeepParts, signal: AbortSignal): Promise<boolean> {
  const { options, http, conversation, pause, become } = parts;
  const reader = new Poll(http, conversation, signal);
  const until = performance.now() + options.probeEveryMs;
  try {
    while (performance.now() < until && !signal.aborted) {
      await reader.look();
      if (signal.aborted) return true;
      become("polling");
      if (await pause.wait(options.pollEveryMs, signal)) return true;
    }
  } catch (error) {
    if (error instanceof RefusedError || !(error instanceof ClientError)) throw error;
    return false;
  }
  return true;
}

function refusalOf({ fault, code, problem }: Attempt): ClientError | null {
  if (fault instanceof RefusedError) return fault;
  if (code === undefined || !FINAL_CODES.has(code)) return null;
  return new RefusedError({
    code: problem?.code ?? "refused",
    title: problem?.title ?? "The server ended the connection.",
    detail: problem?.detail ?? `It closed with ${code}.`,
    status: problem?.status,
    trace_id: problem?.traceId,
  });
}
