/** Why a request did not succeed, for people. */
import { ClosedError, ProblemError as Refusal, TaskFailedError } from "@netsentinel/client";
import { toastProblem } from "@/components/toaster";
import { asRecord } from "@/lib/json";
import { type Problem, ProblemError } from "@/lib/problem";

const NONE = { status: 0, detail: "", traceId: "", retryAfter: 0, faults: [] } as const;

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Refusal) {
    const { code, title, detail, status, traceId } = error;
    return { ...NONE, code, title, detail, status, traceId };
  }
  if (!(error instanceof TaskFailedError)) return undefined;
  const { code, detail } = asRecord(error.result);
  return {
    ...NONE,
    title: error.message,
    code: typeof code === "string" && code !== "" ? code : error.status,
    detail: typeof detail === "string" ? detail : "",
  };
}

/** The error as the pages show errors. */
export function asPageError(error: unknown): unknown {
  const problem = problemOf(error);
  return problem === undefined ? error : new ProblemError(problem);
}

/** Whether somebody wanted it to end, or nobody is there any more to whom it matters. */
export const isEndOnPurpose = (error: unknown): boolean =>
  error instanceof ClosedError || (error instanceof TaskFailedError && error.status === "cancelled");

/** Says that `what` was not done, unless somebody wanted that. */
export function toastFailure(what: string, error: unknown): void {
  if (!isEndOnPurpose(error)) toastProblem(what, asPageError(error));
}
