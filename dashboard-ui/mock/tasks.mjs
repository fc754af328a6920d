// Made-up tasks in every state, and the server's answers about them.
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const now = () => Date.now() * 1_000;
const start = now();

const NONE = {
  reason: "",
  principal: "system",
  origin: "",
  priority: 5,
  dependency: "",
  attempt: 0,
  failures: 0,
  deaths: 0,
  wanted: "",
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
};

let number = 0;
function task(action, state, age, change = {}) {
  number += 1;
  const made = start - age;
  return {
    ...NONE,
    id: `tsk_0192f4c8a1d07${String(9_000 - number)}`,
    action,
    state,
    created_at: made,
    updated_at: made,
    ...change,
  };
}

const took = (age, span, change = {}) => ({
  attempt: 1,
  started_at: start - age,
  ended_at: start - age + span,
  ...change,
});

const TOO_LONG =
  "The reputation service did not answer within 10 s (https://reputation.example/v2/lookup). Three attempts, the last one 12 minutes ago.";

export const tasks = [
  task("events.replay", "running", 40 * SECOND, {
    attempt: 1,
    started_at: start - 38 * SECOND,
    percent: 62,
    stage: "eve-2026-11-20.json",
    message: "1,240,000 of 2,000,000 lines",
    origin: "request:replay-nightly",
    principal: "usr_1",
  }),
  task("lake.tend", "running", 2 * MINUTE, {
    attempt: 1,
    started_at: start - 119 * SECOND,
    percent: 8,
    stage: "merging",
    origin: "schedule:sch_lake",
    wanted: "pause",
  }),
  task("reputation.refresh", "parked", 4 * MINUTE, {
    dependency: "reputation",
    due_at: start + 45 * SECOND,
    failures: 1,
    attempt: 1,
  }),
  task("reports.generate", "waiting", 5 * MINUTE, { reason: "not_before", due_at: start + 55 * MINUTE }),
  task("reports.mail", "waiting", 5 * MINUTE, { reason: "needs" }),
  task("feeds.fetch", "retry_wait", 6 * MINUTE, {
    attempt: 2,
    failures: 2,
    due_at: start + 12 * SECOND,
    error_code: "dependency-timeout",
    error: "The feed did not answer within 10 s.",
    fault: "retryable",
  }),
  task("journal.trim", "queued", 8 * MINUTE, { origin: "upkeep" }),
  task("events.replay", "paused", 20 * MINUTE, { attempt: 1, percent: 30, started_at: start - 19 * MINUTE }),
  ...Array.from({ length: 24 }, (_, at) =>
    task(
      ["tasks.trim", "journal.trim", "lake.tend"][at % 3],
      at === 5 ? "cancelled" : "succeeded",
      (at + 1) * 23 * MINUTE,
      took((at + 1) * 23 * MINUTE - 2 * SECOND, 140_000 + at * 71_000, {
        origin: "schedule:sch_upkeep",
        percent: at === 5 ? 40 : 100,
        reason: at === 5 ? "requested" : "",
      }),
    ),
  ),
];

export const letters = [
  task("reputation.lookup", "dead", 12 * MINUTE, {
    attempt: 3,
    failures: 3,
    started_at: start - 13 * MINUTE,
    ended_at: start - 12 * MINUTE,
    reason: "retries",
    error_code: "dependency-timeout",
    error: TOO_LONG,
    fault: "retryable",
    dependency: "reputation",
  }),
  task("events.replay", "dead", 70 * MINUTE, {
    attempt: 1,
    failures: 1,
    started_at: start - 70 * MINUTE,
    ended_at: start - 69 * MINUTE,
    reason: "permanent",
    error_code: "file-unreadable",
    error: "/srv/captures/2026-11-02.json cannot be read: permission denied.",
    fault: "permanent",
    origin: "request:replay-11-02",
  }),
  task("reports.generate", "dead", 3 * 60 * MINUTE, {
    attempt: 3,
    deaths: 3,
    started_at: start - 3 * 60 * MINUTE,
    ended_at: start - 3 * 60 * MINUTE + 40 * SECOND,
    reason: "poison",
    error_code: "worker-lost",
    error: "Its worker died three times while it worked on this.",
    fault: "poison",
    resolved_at: start - 90 * MINUTE,
    resolution: "The template was broken; fixed in the one of today.",
  }),
];

function attemptsOf(found) {
  return Array.from({ length: found.attempt }, (_, at) => {
    const isLast = at + 1 === found.attempt;
    const failed = !isLast || ["dead", "failed", "retry_wait"].includes(found.state);
    const outcome = failed
      ? "failed"
      : ({ succeeded: "succeeded", paused: "interrupted" }[found.state] ?? "running");
    const began = (found.started_at ?? found.created_at) - (found.attempt - at - 1) * 20 * SECOND;
    return {
      number: at + 1,
      outcome,
      worker: "srv-1:4711:a1",
      started_at: began,
      ended_at: outcome === "running" ? null : began + 10 * SECOND,
      error_code: failed ? found.error_code || "dependency-timeout" : "",
      error: failed ? found.error || "The service did not answer within 10 s." : "",
      fault: failed ? found.fault || "retryable" : "",
      retry_at: failed && !isLast ? began + 20 * SECOND : null,
    };
  });
}

const view = (found) => ({
  task: found,
  principal_name: "ada",
  input: { address: "203.0.113.77", providers: ["abuse", "passive-dns"], force: false },
  result: found.state === "succeeded" ? { deleted: 1_204 } : null,
  checkpoint: found.state === "paused" ? { line: 600_000 } : null,
  attempts: attemptsOf(found),
  needs: found.reason === "needs" ? [tasks[3].id] : [],
});

const actions = [...new Set([...tasks, ...letters].map(({ action }) => action))].map((name) => ({
  name,
  summary: `Does ${name}.`,
  permission: "tasks:write",
  timeout: 600 * SECOND,
  max_attempts: 3,
  dependency: "",
  input: { type: "object" },
}));

const ACTS = {
  pause: { state: "paused" },
  resume: { state: "queued" },
  retry: { state: "queued", failures: 0 },
  skip: { state: "cancelled", reason: "skipped" },
  cancel: { state: "cancelled", reason: "requested" },
};

const listed = (items, query, page) => {
  const among = (name, value) => !query.get(name) || query.get(name).split(",").includes(value);
  const resolved = query.get("resolved");
  return page(
    items.filter(
      (each) =>
        among("state", each.state) &&
        among("action", each.action) &&
        among("fault", each.fault) &&
        among("origin", each.origin) &&
        among("error_code", each.error_code) &&
        (!resolved || (resolved === "true") === (each.resolved_at !== null)),
    ),
    query,
  );
};

/** The body of the answer; undefined where there is none. */
export function answerTasks(path, query, body, empty, page) {
  if (path === "/api/v2/actions") return { items: actions };
  if (path === "/api/v2/tasks") return listed(empty ? [] : [...tasks, ...letters], query, page);
  if (path === "/api/v2/error-recovery/dlq/entries") return listed(empty ? [] : letters, query, page);
  if (path === "/api/v2/error-recovery/dlq/resubmit") {
    const items = letters.filter(({ resolved_at: resolved }) => resolved === null);
    const refused = [
      { id: items[1].id, reason: "events.replay: /srv/captures/2026-11-02.json is not there." },
    ];
    return { matched: items.length, items, refused, is_dry_run: body.dry_run };
  }
  const [, id, act] = /^\/api\/v2\/(?:tasks|error-recovery\/dlq)\/([^/]+)(?:\/([a-z]+))?$/.exec(path) ?? [];
  const found = [...tasks, ...letters].find((each) => each.id === id);
  if (!found) return undefined;
  if (act === "resolve") return Object.assign(found, { resolved_at: now(), resolution: body.note });
  if (act === "resubmit") return task(found.action, "queued", 0, { origin: `resubmit:${found.id}` });
  return act ? Object.assign(found, ACTS[act], { updated_at: now() }) : view(found);
}
