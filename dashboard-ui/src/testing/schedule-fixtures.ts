/** Made-up breakers and schedules. */
import { HttpResponse, http } from "msw";
import { asRecord, parseJson } from "@/lib/json";
import type { BreakerView, Run, Schedule } from "@/lib/model";
import { ADA, MINUTE, NOW } from "./fixtures";
import { at, get, server } from "./server";

export function makeBreaker(change: Partial<BreakerView> = {}): BreakerView {
  return {
    tenant: "default",
    dependency: "smtp",
    mode: "closed",
    since: NOW - 90 * MINUTE,
    until: 0,
    opened: 0,
    calls: 40,
    failures: 4,
    slow: 1,
    failure_rate: 0.1,
    slow_rate: 0.025,
    minimum_calls: 20,
    failure_rate_limit: 0.5,
    slow_rate_limit: 0.8,
    updated_at: NOW,
    ...change,
  };
}

export function makeRun(change: Partial<Run> = {}): Run {
  return {
    id: "run_1",
    schedule_id: "sch_1",
    number: 1,
    by: "time",
    tick: NOW - MINUTE,
    at: NOW - MINUTE,
    outcome: "submitted",
    reason: "",
    task_id: "tsk_1",
    event_seq: 0,
    state: "succeeded",
    ended_at: NOW,
    ...change,
  };
}

export function makeSchedule(change: Partial<Schedule> = {}): Schedule {
  return {
    id: "sch_1",
    name: "nightly trim",
    action: "journal.trim",
    trigger: { kind: "cron", cron: "0 3 * * *", zone: "Europe/Berlin", every: 0, at: 0, on: "", where: {} },
    input: {},
    enabled: true,
    jitter: 0,
    overlap: "skip",
    misfire: "coalesce",
    backfill: 10,
    grace: MINUTE,
    priority: 5,
    is_system: false,
    next_at: NOW + 60 * MINUTE,
    fired: 12,
    last_run: makeRun(),
    created_by: "usr_1",
    created_at: NOW,
    updated_at: NOW,
    version: 3,
    ...change,
  };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A server with these, a person who may change them, and what was asked of it by other methods than GET. */
export function operationsServer(breakers: readonly BreakerView[], schedules: readonly Schedule[]) {
  const sent: Sent[] = [];
  server.use(
    get("/api/v2/me", {
      ...ADA,
      permissions: [
        ...ADA.permissions,
        "recovery:read",
        "recovery:write",
        "schedules:read",
        "schedules:write",
        "webhooks:read",
        "webhooks:write",
      ],
    }),
    get("/api/v2/actions", { items: [{ name: "journal.trim" }, { name: "lake.tend" }] }),
    get("/api/v2/error-recovery/circuit-breaker", { items: [...breakers] }),
    get("/api/v2/scheduler/schedules", { items: [...schedules] }),
  );
  const answers = (method: "post" | "put" | "delete", path: string, answer: () => Response): void =>
    server.use(
      http[method](at(path), async ({ request }) => {
        const text = await request.text();
        const body = text === "" ? undefined : asRecord(parseJson(text));
        sent.push({ method, path: new URL(request.url).pathname, body });
        return answer();
      }),
    );
  answers("post", "/api/v2/scheduler/preview", () => HttpResponse.json({ items: [NOW + MINUTE] }));
  return { sent, answers };
}
