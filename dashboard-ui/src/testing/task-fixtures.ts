/** Made-up tasks, and a server that has them and remembers what a page asked of it. */
import { HttpResponse, http } from "msw";
import { asRecord, parseJson } from "@/lib/json";
import type { AttemptItem, TaskItem, TaskView } from "@/lib/model";
import { ADA, MINUTE, NOW } from "./fixtures";
import { at, get, server } from "./server";

export function makeTask(change: Partial<TaskItem> = {}): TaskItem {
  return {
    id: "tsk_5",
    action: "events.replay",
    state: "queued",
    reason: "",
    principal: "usr_1",
    origin: "",
    priority: 5,
    dependency: "",
    attempt: 0,
    failures: 0,
    deaths: 0,
    wanted: "",
    created_at: NOW - MINUTE,
    updated_at: NOW - MINUTE,
    due_at: null,
    started_at: null,
    ended_at: null,
    deadline: null,
    percent: 0,
    stage: "",
    message: "",
    error_code: "",
    error: "",
    fault: "",
    resolved_at: null,
    resolution: "",
    ...change,
  };
}

export const RUNNING = makeTask({
  state: "running",
  attempt: 1,
  started_at: NOW - MINUTE,
  percent: 42,
  stage: "reading",
});

export const LETTER = makeTask({
  id: "tsk_3",
  action: "reputation.lookup",
  state: "dead",
  reason: "retries",
  attempt: 2,
  failures: 2,
  started_at: NOW - MINUTE,
  ended_at: NOW - MINUTE / 2,
  error_code: "dependency-timeout",
  error: "No answer within 10 s <b>.",
  fault: "retryable",
});

export function makeAttempt(change: Partial<AttemptItem> = {}): AttemptItem {
  return {
    number: 1,
    outcome: "failed",
    worker: "srv-1:1:a",
    started_at: NOW - 2 * MINUTE,
    ended_at: NOW - 2 * MINUTE + 3_400_000,
    error_code: "dependency-timeout",
    error: "No answer within 10 s <b>.",
    fault: "retryable",
    retry_at: NOW - MINUTE,
    ...change,
  };
}

export function makeView(task: TaskItem, change: Partial<TaskView> = {}): TaskView {
  return {
    task,
    principal_name: "nightly-key",
    input: { address: "203.0.113.7" },
    result: null,
    checkpoint: null,
    attempts: [makeAttempt(), makeAttempt({ number: 2, retry_at: null })],
    needs: [],
    ...change,
  };
}

interface Sent {
  readonly path: string;
  readonly body: unknown;
}

/** A server with these tasks and a person who may change them. */
export function taskServer(tasks: readonly TaskItem[], letters: readonly TaskItem[] = [LETTER]) {
  const sent: Sent[] = [];
  const asked: URLSearchParams[] = [];
  const listed =
    (items: readonly TaskItem[]) =>
    ({ request }: { request: Request }) => {
      const { searchParams } = new URL(request.url);
      // The tray of requests, which stands on every page, asks for pages of a size of its own.
      if (searchParams.get("limit") !== "100") asked.push(searchParams);
      return HttpResponse.json({ items, next: null });
    };
  server.use(
    get("/api/v2/me", {
      ...ADA,
      permissions: [...ADA.permissions, "tasks:read", "tasks:write", "recovery:read", "recovery:write"],
    }),
    get("/api/v2/actions", { items: [{ name: "events.replay" }, { name: "journal.trim" }] }),
    http.get(at("/api/v2/tasks"), listed(tasks)),
    http.get(at("/api/v2/error-recovery/dlq/entries"), listed(letters)),
    http.get(at("/api/v2/tasks/:id"), ({ params }) => {
      const task = [...tasks, ...letters].find(({ id }) => id === params["id"]);
      return task === undefined
        ? HttpResponse.json({ title: "Not found", status: 404, code: "not-found" }, { status: 404 })
        : HttpResponse.json(makeView(task));
    }),
  );
  const answers = (path: string, answer: (body: unknown) => Response): void =>
    server.use(
      http.post(at(path), async ({ request }) => {
        const text = await request.text();
        const body = text === "" ? undefined : asRecord(parseJson(text));
        sent.push({ path: new URL(request.url).pathname, body });
        return answer(body);
      }),
    );
  return { sent, asked, answers };
}
