/** Failed calls as one error type: an RFC 9457 problem, or what stands in for it when no problem came back. */

import { asRecord } from "./json";

/** One of several things that are wrong with what was sent. */
export interface Fault {
  /** Which part it is about; empty for the whole. */
  readonly where: string;
  readonly what: string;
}

export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly traceId: string;
  /** Seconds to wait before another attempt makes sense; 0 when the server did not say. */
  readonly retryAfter: number;
  /** Everything that is wrong, where the server lists it. */
  readonly faults: readonly Fault[];
}

export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail === "" ? problem.title : problem.detail);
    this.problem = problem;
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function faultsOf(value: unknown): readonly Fault[] {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [];
  return listed.map(asRecord).map((one) => ({ where: text(one["where"]), what: text(one["what"]) }));
}

/** Reads a problem from a response body, whatever the body is. */
export function problemFrom(body: unknown, response: Response): Problem {
  const record = asRecord(body);
  const seconds = Number(record["retry_after"] ?? response.headers.get("Retry-After") ?? 0);
  return {
    title: text(record["title"]) || `The server answered ${response.status}`,
    status: response.status,
    detail: text(record["detail"]),
    code: text(record["code"]) || `http-${response.status}`,
    traceId: text(record["trace_id"]) || text(response.headers.get("X-Trace-Id")),
    retryAfter: Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : 0,
    faults: faultsOf(record["faults"]),
  };
}

/** How browsers and Node begin to tell that `fetch` or `import` got no answer, or a part of one; other type errors are
 * faults of a page. */
const UNREACHED =
  /^(failed to fetch|fetch failed|network ?error|load failed|error (loading|in input stream)|importing a module script failed)/i;

/** Any thrown value as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  const unreached = error instanceof TypeError && UNREACHED.test(message);
  return {
    title: unreached ? "The server cannot be reached" : "Something went wrong in this page",
    status: 0,
    detail: unreached ? "Check that NetSentinel is running and that this computer can reach it." : message,
    code: unreached ? "unreachable" : "page",
    traceId: "",
    retryAfter: 0,
    faults: [],
  };
}

/** What went wrong, in one sentence. */
export function sentenceOf(error: unknown): string {
  const { detail, title } = asProblem(error);
  return detail || title;
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ProblemError && error.problem.status === status;
}
