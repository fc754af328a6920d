// Made-up webhooks and their deliveries, and the server's answers about them.
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const start = Date.now() * 1_000;

const webhook = (id, url, description, events, change = {}) => ({
  id,
  url,
  description,
  events,
  enabled: true,
  stopped_by: "",
  failing_since: 0,
  delivered_at: start - 40 * SECOND,
  failed_at: 0,
  failure: "",
  pending: 0,
  delivered: 1_284,
  failed: 0,
  old_secret_until: 0,
  created_by: "usr_1",
  created_at: start - 40 * 24 * HOUR,
  updated_at: start - 3 * 24 * HOUR,
  version: 2,
  ...change,
});

const webhooks = [
  webhook(
    "whk_tickets",
    "https://tickets.example.org/hooks/netsentinel",
    "Opens a ticket for every alert",
    ["alert.*"],
    { old_secret_until: start + 20 * HOUR },
  ),
  webhook(
    "whk_siem",
    "https://collector.security-operations.emea.corp.example/api/ingest/v3/netsentinel?team=blue",
    "The group's SIEM",
    ["alert.raised", "alert.updated", "task.dead", "breaker.opened"],
    {
      failing_since: start - 3 * HOUR,
      failed_at: start - 4 * MINUTE,
      failure: "The endpoint answered 503.",
      pending: 37,
      delivered: 902,
      failed: 4,
    },
  ),
  webhook("whk_chat", "https://chat.example.net/in/7f3a", "", ["*"], {
    enabled: false,
    stopped_by: "gone",
    delivered: 0,
    failed: 1,
  }),
  webhook("whk_new", "https://new.example.org/", "Not in use yet", ["schedule.*"], {
    delivered_at: 0,
    delivered: 0,
  }),
];

const KINDS = [
  ["alert.raised", "alerts", "Something was found: a new alert."],
  ["alert.updated", "alerts", "An alert's status, verdict or assignee was changed."],
  ["alert.escalated", "alerts", "An alert's level has risen, because more was found."],
  ["breaker.opened", "recovery", "A dependency fails: calls to it are refused for a while."],
  ["breaker.closed", "recovery", "A dependency works again."],
  ["rule.changed", "rules", "A rule was added, changed, enabled or disabled."],
  ["schedule.fired", "schedules", "A schedule asked for its task."],
  ["schedule.skipped", "schedules", "A schedule's time came, and no task was asked for."],
  ["task.succeeded", "tasks", "A task has ended well."],
  ["task.dead", "tasks", "A task gave up: it is a dead letter now."],
];

const delivery = (number, id, event, age, change = {}) => ({
  id: `msg_0192f4c8a1d0789${number}`,
  webhook_id: id,
  event,
  seq: 48_000 - number,
  state: "delivered",
  attempts: 1,
  status: 204,
  error: "",
  task_id: `tsk_0192f4c8a1d0789${number}`,
  created_at: start - age,
  ended_at: start - age + SECOND,
  ...change,
});

const BUSY = { state: "pending", attempts: 3, status: 503, error: "The endpoint answered 503.", ended_at: 0 };
const GIVEN_UP = { ...BUSY, state: "failed", attempts: 11, status: 0, error: "No answer within 15 s." };
const deliveries = [
  delivery(10, "whk_tickets", "alert.raised", 40 * SECOND),
  delivery(11, "whk_tickets", "alert.escalated", 6 * MINUTE),
  delivery(12, "whk_tickets", "alert.updated", 31 * MINUTE, { attempts: 2, status: 200 }),
  delivery(13, "whk_tickets", "alert.raised", 5 * HOUR),
  delivery(20, "whk_siem", "alert.raised", 4 * MINUTE, { ...BUSY, attempts: 0, status: 0, error: "" }),
  delivery(21, "whk_siem", "alert.raised", 9 * MINUTE, BUSY),
  delivery(22, "whk_siem", "breaker.opened", 2 * HOUR, BUSY),
  delivery(23, "whk_siem", "task.dead", 80 * HOUR, GIVEN_UP),
];

const header = (name, value) => ({ name, value });
const attempt = (number, { id, created_at: at, status, error }) => ({
  number,
  at: at + number * MINUTE,
  took: 214_000,
  status,
  error,
  retry_after: 0,
  request_headers: [
    header("content-type", "application/json"),
    header("user-agent", "NetSentinel/0.1.0"),
    header("webhook-id", id),
    header("webhook-timestamp", String(Math.floor(at / SECOND))),
    header("webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
  ],
  response_headers: [header("content-type", "application/json"), header("retry-after", "120")],
  response_body: status === 204 ? "" : '{"error":"the queue is full","retry":true}',
});

function wholeOf(found) {
  const data = {
    alert_id: "alr_000333",
    level: "high",
    title: "SSH password guessing",
    src_ip: "203.0.113.77",
  };
  return {
    delivery: found,
    body: JSON.stringify({
      type: found.event,
      timestamp: new Date(found.created_at / 1_000).toISOString(),
      data,
    }),
    attempts: Array.from({ length: Math.min(found.attempts, 3) }, (_, at) => attempt(at + 1, found)),
  };
}

/** The body of the answer; undefined where there is none. */
export function answerWebhooks(path, query, method, body, empty) {
  if (path === "/api/v2/webhooks/events")
    return { items: KINDS.map(([name, topic, summary]) => ({ name, topic, summary })) };
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwpmnXuFq9Kc4=";
  if (path === "/api/v2/webhooks") {
    if (method === "POST")
      return { webhook: webhook("whk_made", body.url, body.description, body.events), secret };
    return { items: empty ? [] : webhooks };
  }
  const [id, part, which] = path.split("/").slice(4);
  const found = webhooks.find((each) => each.id === id);
  const sent = deliveries.filter((each) => each.webhook_id === id);
  if (found === undefined) return undefined;
  if (part === "rotate") return { webhook: found, secret };
  if (part === "test") return wholeOf(delivery(99, id, "webhook.test", 0));
  if (part === "deliveries" && which !== undefined) {
    const one = sent.find((each) => each.id === which);
    return one && wholeOf(one);
  }
  const state = query.get("state");
  if (part === "deliveries")
    return { items: sent.filter((each) => !state || each.state === state), next: null };
  return found;
}
