/** What can go wrong, in one tree; every error carries the server's stable code where the server said one. */
import { isRecord, type JsonRecord } from "./json.js";

/** The root of this package's errors. */
export class ClientError extends Error {
  override readonly name: string = "ClientError";
}

const text = (value: unknown, otherwise = ""): string => (typeof value === "string" ? value : otherwise);

/** The server refused or failed (RFC 9457). */
export class ProblemError extends ClientError {
  override readonly name: string = "ProblemError";
  /** Stable, for programs. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** The HTTP status that fits, also for errors that came over the WebSocket; 0 when unknown. */
  readonly status: number;
  readonly retryable: boolean;
  /** What to look for in the server's log. */
  readonly traceId: string;

  constructor(problem: unknown, retryable = false) {
    const fields: JsonRecord = isRecord(problem) ? problem : {};
    const code = text(fields["code"], "unknown");
    const title = text(fields["title"], "The server refused.");
    const detail = text(fields["detail"]);
    super(`${detail || title} [${code}]`);
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.status = typeof fields["status"] === "number" ? fields["status"] : 0;
    this.retryable = retryable;
    this.traceId = text(fields["trace_id"]);
  }
}

/** The server does not let this client in: the key is wrong or revoked, or lacks a permission. */
export class RefusedError extends ProblemError {
  override readonly name = "RefusedError";
}

/** The server could not be reached. Inside `Client` this is no end: it goes on trying. */
export class UnreachableError extends ClientError {
  override readonly name = "UnreachableError";
}

/** A request became a task that ended as `failed`, `cancelled` or `dead`. */
export class TaskFailedError extends ClientError {
  override readonly name = "TaskFailedError";
  readonly action: string;
  readonly taskId: string;
  readonly status: string;
  /** What the server says of the end: the error, for most. */
  readonly result: unknown;

  constructor(action: string, taskId: string, status: string, result: unknown) {
    super(`${action} ended as ${status} (task ${taskId}).`);
    this.action = action;
    this.taskId = taskId;
    this.status = status;
    this.result = result;
  }
}

/** The client was closed while something waited for it. */
export class ClosedError extends ClientError {
  override readonly name = "ClosedError";
}
