// Made-up breakers and schedules, and the server's answers about them.
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const start = Date.now() * 1_000;

const breaker = (dependency, mode, change = {}) => ({
  tenant: "default",
  dependency,
  mode,
  since: start - 26 * HOUR,
  until: 0,
  opened: 0,
  calls: 64,
  failures: 3,
  slow: 1,
  failure_rate: 3 / 64,
  slow_rate: 1 / 64,
  minimum_calls: 20,
  failure_rate_limit: 0.5,
  slow_rate_limit: 0.8,
  updated_at: start,
  ...change,
});

const breakers = [
  breaker("feeds", "half_open", {
    since: start - 20 * SECOND,
    calls: 2,
    failures: 0,
    failure_rate: 0,
    opened: 1,
  }),
  breaker("reputation", "open", {
    since: start - 90 * SECOND,
    until: start + 30 * SECOND,
    opened: 3,
    calls: 42,
    failures: 36,
    failure_rate: 36 / 42,
  }),
  breaker("smtp", "closed"),
  breaker("webhook:whk_pager", "forced_closed", {
    since: start - 4 * HOUR,
    calls: 5,
    failures: 0,
    failure_rate: 0,
  }),
];

const change = (at, before, after, reason, calls = 0, failures = 0) => ({
  tenant: "default",
  dependency: "reputation",
  at: start - at,
  before,
  after,
  until: 0,
  reason,
  calls,
  failures,
  slow: 0,
});

const changes = [
  change(90 * SECOND, "half_open", "open", "failure rate", 5, 4),
  change(100 * SECOND, "open", "half_open", "interval over"),
  change(4 * MINUTE, "closed", "open", "failure rate", 42, 36),
  change(26 * HOUR, "forced_open", "closed", "reset"),
];

const run = (number, age, change_ = {}) => ({
  id: `run_${number}`,
  schedule_id: "sch_1",
  number,
  by: "time",
  tick: start - age,
  at: start - age,
  outcome: "submitted",
  reason: "",
  task_id: `tsk_0192f4c8a1d0789${number}`,
  event_seq: 0,
  state: "succeeded",
  ended_at: start - age + SECOND,
  ...change_,
});

const NO_TRIGGER = { kind: "cron", cron: "", zone: "UTC", every: 0, at: 0, on: "", where: {} };
const schedule = (id, name, action, trigger, change_ = {}) => ({
  id,
  name,
  action,
  trigger: { ...NO_TRIGGER, ...trigger },
  input: {},
  enabled: true,
  jitter: 0,
  overlap: "skip",
  misfire: "coalesce",
  backfill: 10,
  grace: MINUTE,
  priority: 5,
  is_system: false,
  next_at: start + 3 * HOUR,
  fired: 41,
  last_run: run(91, 20 * HOUR),
  created_by: "usr_1",
  created_at: start - 40 * 24 * HOUR,
  updated_at: start - 3 * 24 * HOUR,
  version: 2,
  ...change_,
});

const schedules = [
  schedule(
    "sch_2",
    "Fetch feeds",
    "feeds.fetch",
    { kind: "interval", every: 15 * MINUTE },
    {
      next_at: start + 4 * MINUTE,
      last_run: run(92, 11 * MINUTE, { state: "dead" }),
      jitter: 30 * SECOND,
    },
  ),
  schedule("sch_1", "Nightly report", "reports.generate", { cron: "0 3 * * *", zone: "Europe/Berlin" }),
  schedule(
    "sch_3",
    "Replay after an upload",
    "events.replay",
    { kind: "event", on: "webhook.received" },
    {
      next_at: null,
      last_run: null,
      fired: 0,
    },
  ),
  schedule(
    "sch_4",
    "Trim the journal",
    "journal.trim",
    { cron: "17 * * * *" },
    {
      is_system: true,
      enabled: false,
      next_at: null,
    },
  ),
];

const connection = (number, user, address, client, topics, differs = {}) => ({
  id: `con_01m7zxtm19ez4a40453${76_000 + number}`,
  user_id: `usr_${number}`,
  user,
  address,
  client,
  connected_at: start - number * 7 * 60 * 1_000_000,
  last_ping_at: start - 4_000_000,
  topics,
  requests: 0,
  waiting: 0,
  ...differs,
});

const connections = [
  connection(1, "ada", "192.0.2.17", "dashboard", ["alerts", "tasks", "threats", "triage"]),
  connection(
    2,
    "siem-export",
    "2001:db8:4006:812::200e",
    "netsentinel-client 0.1.0 on collector-7",
    ["alerts"],
    {
      requests: 2,
      waiting: 812,
    },
  ),
  connection(3, "grace.hopper@analysts.corp.example", "198.51.100.240", "dashboard", [
    "alerts",
    "audit",
    "metrics",
    "recovery",
    "rules",
    "schedules",
    "tasks",
    "threats",
    "triage",
  ]),
  connection(4, "this machine", "127.0.0.1", "netsentinel request", []),
];

/** The body of the answer; undefined where there is none. */
export function answerOperations(path, empty) {
  if (path === "/api/v2/connections") return { items: empty ? [] : connections };
  if (path === "/api/v2/error-recovery/circuit-breaker") return { items: empty ? [] : breakers };
  if (path === "/api/v2/scheduler/schedules") return { items: empty ? [] : schedules };
  const times = { items: Array.from({ length: 6 }, (_, at) => start + (3 + 24 * at) * HOUR) };
  if (path === "/api/v2/scheduler/preview") return times;
  const last = path.split("/").at(-1);
  if (last === "next") return times;
  if (last === "runs") {
    const skipped = { outcome: "skipped", reason: "the run before had not ended", task_id: "", state: "" };
    return {
      items: [run(91, 20 * HOUR), run(90, 44 * HOUR, skipped), run(89, 68 * HOUR, { by: "hand" })],
      next: null,
    };
  }
  const found = breakers.find(({ dependency }) => dependency === last);
  return found ? { breaker: found, changes } : schedules.find(({ id }) => id === last);
}
