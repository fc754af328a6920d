// What the stand-in server knows of triage and suppressions.
const MINUTE = 60_000_000;
const DAY = 24 * 60 * MINUTE;
const now = () => Date.now() * 1_000;

export function summaryOf(alerts) {
  const counts = new Map();
  for (const { status, level } of alerts) {
    const key = `${status} ${level}`;
    counts.set(key, { status, level, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const raised = new Map();
  for (const { raised_at: at } of alerts) {
    const minute = at - (at % MINUTE);
    if (at >= now() - 60 * MINUTE)
      raised.set(minute, { at: minute, count: (raised.get(minute)?.count ?? 0) + 1 });
  }
  const active = alerts.filter(({ status }) => status !== "closed");
  return {
    counts: [...counts.values()],
    unassigned: active.filter(({ assignee }) => assignee === "").length,
    mine: active.filter(({ assignee }) => assignee === "usr_1").length,
    raised: [...raised.values()],
    at: now(),
  };
}

export const assignees = [
  { id: "usr_1", name: "ada" },
  { id: "usr_2", name: "bob" },
];

export function relatedTo(alert, alerts) {
  const items = alerts
    .filter(
      (other) => other.id !== alert.id && (other.entity === alert.entity || other.rule_id === alert.rule_id),
    )
    .slice(0, 12)
    .map((other) => ({
      alert: other,
      reasons: [
        ...(other.entity === alert.entity ? [{ why: "entity", value: alert.entity }] : []),
        ...(other.rule_id === alert.rule_id ? [{ why: "rule", value: alert.rule_id }] : []),
      ],
    }));
  return { items };
}

export const lessonsFor = () => ({
  techniques: [
    { id: "T1505.003", name: "Web Shell", concept: "cpt_webshell", mastery: 0.62 },
    { id: "T1059", name: "Command and Scripting Interpreter", concept: "", mastery: 0 },
  ],
  lessons: [
    {
      key: "uploads/web-shells",
      course: "uploads",
      lesson: "web-shells",
      title: "How a web shell gets in",
      course_title: "Defending uploads",
      via: "technique",
      explains: ["Web Shell"],
    },
  ],
  lacks: [{ id: "cpt_mime", key: "mime-sniffing", name: "MIME sniffing", mastery: 0.1 }],
  drill: [],
});

export function eventsAround(alert) {
  const event = (number) => ({
    id: `evt_1_${number}`,
    batch: 1,
    number,
    source: alert.source,
    format: "suricata",
    time: alert.last_at + (number - 12) * 9_000_000,
    src_ip: alert.src_ip,
    dst_ip: alert.dst_ip,
    dst_port: 443,
    app_protocol: number % 3 === 0 ? "tls" : "http",
    protocol: "tcp",
    user: alert.user,
    device: alert.device,
    domain: number % 2 === 0 ? "shop.example.org" : "",
    url: "/",
    action: number % 4 === 0 ? "allowed" : "",
    native: { event_type: "http", src_ip: alert.src_ip, http: { hostname: "shop.example.org", status: 200 } },
  });
  return {
    items: Array.from({ length: 24 }, (_, number) => ({ event: event(number), evidence: number === 11 })),
    at: alert.last_at,
    since: alert.last_at - 5 * MINUTE,
    until: alert.last_at + 5 * MINUTE,
    truncated: false,
  };
}

export const suppressions = [
  [
    "Our own scanner, every Monday",
    [
      ["rule_id", "equals", ["port-scan"]],
      ["src_ip", "cidr", ["10.20.0.0/16"]],
    ],
    1_204,
    30,
  ],
  ["Health checks of the load balancer", [["event.http.hostname", "startswith", ["health."]]], 0, 0],
].map(([reason, conditions, hidden, days], at) => ({
  id: `sup_${at}`,
  tenant: "default",
  conditions: conditions.map(([field, match, values]) => ({ field, match, values })),
  reason,
  alert_id: at === 0 ? "alr_000333" : "",
  created_by: "usr_1",
  created_by_name: "ada",
  created_at: now() - 3 * DAY,
  expires_at: days === 0 ? 0 : now() + days * DAY,
  lifted_at: 0,
  lifted_by: "",
  lifted_by_name: "",
  hidden,
  last_hidden_at: hidden === 0 ? 0 : now() - 4 * MINUTE,
  state: "active",
}));

export function previewOf(conditions, alerts) {
  const fits = (alert) =>
    conditions.every(({ field, values }) => alert[field] === undefined || values.includes(alert[field]));
  const found = alerts.filter(fits);
  const levels = {};
  for (const { level } of found) levels[level] = (levels[level] ?? 0) + 1;
  return {
    days: 30,
    alerts: found.length,
    partly: 0,
    findings: found.reduce((sum, { count }) => sum + count, 0),
    exact: true,
    scanned: alerts.length,
    truncated: false,
    true_positives: found.filter(({ verdict }) => verdict === "true_positive").length,
    levels,
    examples: found.slice(0, 10),
  };
}
