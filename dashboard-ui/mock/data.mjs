// Made-up but plausible data: one attack story between the noise of a day.
const MINUTE = 60_000_000;
const now = () => Date.now() * 1_000;

let seed = 20_260_101;
function random() {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
}
const pick = (items) => items[Math.floor(random() * items.length)];

const RULES = [
  [
    "ssh-guessing",
    "Password guessing over SSH",
    "high",
    ["attack.credential-access", "attack.t1110.001"],
    "password_guessing",
  ],
  ["port-scan", "Port scan of one host", "medium", ["attack.discovery", "attack.t1046"], "port_scan"],
  [
    "web-shell",
    "Web shell command in a request to an upload folder",
    "critical",
    ["attack.persistence", "attack.t1505.003", "attack.execution"],
    "sigma",
  ],
  [
    "wp-login",
    "Many requests to the WordPress log-in",
    "low",
    ["attack.credential-access", "attack.t1110"],
    "sigma",
  ],
  [
    "log4shell",
    "Log4Shell lookup in an HTTP header",
    "critical",
    ["attack.initial-access", "attack.t1190", "cve.2021.44228"],
    "sigma",
  ],
  [
    "dns-tunnel",
    "Long and random DNS names, as in a tunnel",
    "high",
    ["attack.exfiltration", "attack.t1048.003", "attack.command-and-control"],
    "sigma",
  ],
  [
    "ps-encoded",
    "PowerShell started with an encoded command",
    "high",
    ["attack.execution", "attack.t1059.001"],
    "sigma",
  ],
  [
    "rdp-out",
    "Remote desktop to an address outside",
    "medium",
    ["attack.lateral-movement", "attack.t1021.001"],
    "sigma",
  ],
  ["tls-selfsigned", "Self-signed certificate on an unusual port", "informational", [], "sigma"],
  [
    "beacon",
    "Regular calls to one address, as of a beacon",
    "high",
    ["attack.command-and-control", "attack.t1071.001"],
    "beacon",
  ],
  [
    "smb-admin",
    "Access to an administrative share",
    "low",
    ["attack.lateral-movement", "attack.t1021.002"],
    "sigma",
  ],
  [
    "lsass",
    "A process reads the memory of LSASS",
    "critical",
    ["attack.credential-access", "attack.t1003.001"],
    "sigma",
  ],
];

const OUTSIDE = [
  "203.0.113.77",
  "198.51.100.23",
  "192.0.2.146",
  "203.0.113.9",
  "2001:db8:85a3:8d3:1319:8a2e:370:7348",
  "198.51.100.200",
];
const INSIDE = ["10.20.0.14", "10.20.0.21", "10.20.3.5", "10.20.8.40", "172.16.4.12"];
const SOURCES = ["suricata-dmz", "zeek-core", "sysmon", "nginx"];

export const alerts = [];
export const threats = new Map();

function levelScore(level) {
  return { informational: 5, low: 20, medium: 45, high: 70, critical: 92 }[level];
}

let number = 0;

export function makeAlert(at = now(), rule = pick(RULES)) {
  const [ruleId, title, level, tags, detector] = rule;
  const outside = pick(OUTSIDE);
  const inside = pick(INSIDE);
  const host = detector === "sigma" && ["ps-encoded", "lsass"].includes(ruleId);
  number += 1;
  return {
    id: `alr_${String(number).padStart(6, "0")}`,
    tenant: "default",
    fingerprint: `${ruleId}|${outside}`,
    detector,
    rule_id: ruleId,
    title,
    description: `${title}, seen by ${detector}.`,
    level,
    score: levelScore(level),
    status: "open",
    verdict: "undecided",
    tags,
    entity: host ? "ws-114.corp.example" : outside,
    entity_kind: host ? "host" : "address",
    src_ip: host ? inside : outside,
    dst_ip: host ? "" : inside,
    user: host ? "CORP\\m.keller" : "",
    device: host ? "ws-114.corp.example" : "fw-edge-1",
    source: host ? "sysmon" : pick(SOURCES),
    count: 1 + Math.floor(random() ** 6 * 4_000),
    first_at: at - Math.floor(random() * 40) * MINUTE,
    last_at: at,
    raised_at: at,
    updated_at: at,
    version: 1,
    assignee: "",
    assignee_name: "",
  };
}

export function touchThreat(alert) {
  const before = threats.get(alert.entity);
  const score = Math.min(100, Math.round((before?.score ?? 0) * 0.9 + alert.score * 0.35));
  const rank = ["informational", "low", "medium", "high", "critical"];
  const level =
    !before || rank.indexOf(alert.level) > rank.indexOf(before.level) ? alert.level : before.level;
  const threat = {
    tenant: "default",
    entity: alert.entity,
    entity_kind: alert.entity_kind,
    score,
    alerts: (before?.alerts ?? 0) + 1,
    level,
    tags: [...new Set([...(before?.tags ?? []), ...alert.tags])],
    first_at: Math.min(before?.first_at ?? alert.first_at, alert.first_at),
    last_at: Math.max(before?.last_at ?? 0, alert.last_at),
    at: now(),
    raised_at: Math.max(before?.raised_at ?? 0, alert.raised_at),
  };
  threats.set(alert.entity, threat);
  return threat;
}

for (let index = 0; index < 340; index += 1) {
  const alert = makeAlert(now() - Math.floor((340 - index) ** 1.6 * 0.25 * MINUTE));
  if (random() < 0.35) alert.status = pick(["acknowledged", "closed"]);
  if (alert.status === "closed")
    alert.verdict = pick(["true_positive", "false_positive", "benign", "undecided"]);
  alerts.unshift(alert);
  touchThreat(alert);
}

const RULE_SOURCE = `title: Web shell command in a request to an upload folder
id: 6f1b2a5e-4a0e-4d3b-9f37-1d7f1f0a7c11
status: stable
description: Finds requests that pass a system command to a script in an upload folder.
author: NetSentinel
logsource:
  category: webserver
detection:
  # A script where only pictures should be
  folder:
    cs-uri-stem|contains: '/uploads/'
    cs-uri-stem|endswith:
      - '.php'
      - '.jsp'
  command:
    cs-uri-query|contains:
      - 'cmd='
      - 'exec='
  condition: folder and command
falsepositives:
  - Vulnerability scanners of your own
level: critical
tags:
  - attack.persistence
  - attack.t1505.003
`;

export function detailOf(alert) {
  const sample = (at) => ({
    at,
    matched: [
      {
        field: "http.url",
        value: "/uploads/2026/avatar.php?cmd=id%3Bcat%20/etc/passwd",
        condition: "contains '/uploads/' and endswith '.php'",
      },
      { field: "http.query", value: "cmd=id;cat /etc/passwd", condition: "contains 'cmd='" },
      { field: "http.status", value: "200", condition: "= 200" },
    ],
    event: {
      timestamp: new Date(at / 1_000).toISOString(),
      event_type: "http",
      src_ip: alert.src_ip,
      src_port: 51_544,
      dest_ip: alert.dst_ip,
      dest_port: 443,
      proto: "TCP",
      flow_id: 1_984_412_330_911,
      http: {
        hostname: "shop.example.org",
        url: "/uploads/2026/avatar.php?cmd=id%3Bcat%20/etc/passwd",
        query: "cmd=id;cat /etc/passwd",
        http_method: "GET",
        http_user_agent: "Mozilla/5.0 <img src=x onerror=alert(1)>",
        status: 200,
        length: 1_204,
        redirect: null,
      },
      host: alert.device,
      blocked: false,
    },
  });
  const builtIn = alert.detector !== "sigma";
  const span = alert.last_at - alert.first_at;
  return {
    alert,
    rule: {
      rule_id: alert.rule_id,
      title: alert.title,
      description:
        "A script in a folder for uploads answered a request that carries a system command. Somebody may have placed a web shell there and be using it now.",
      false_positives: ["Vulnerability scanners of your own", "Upload tests of the shop's developers"],
      references: builtIn ? [] : ["https://attack.mitre.org/techniques/T1505/003/"],
      source: builtIn ? "" : RULE_SOURCE,
    },
    samples: [0, 0.2, 0.35, 0.8, 1].map((part) => sample(Math.round(alert.first_at + part * span))),
    activity: [],
    related: alerts.filter((other) => other.entity === alert.entity && other.id !== alert.id).slice(0, 20),
  };
}

export const sources = [
  ["nginx", "nginx", 48_210, 0, 12_400_000, 0, "", 0.04],
  ["suricata-dmz", "suricata", 1_843_992, 14, 2_190_000_000, 120, "", 0.02],
  [
    "sysmon",
    "sysmon",
    92_554,
    3,
    310_000_000,
    0,
    "line 118 of a batch: `UtcTime` is missing, and nothing else says when it happened",
    3,
  ],
  ["zeek-core", "zeek", 733_101, 0, 410_000_000, 0, "", 55],
].map(([name, format, events, rejected, size, waiting, error, minutes]) => ({
  name,
  format,
  events,
  rejected,
  size,
  first_seen_at: now() - 60 * 24 * MINUTE,
  last_seen_at: now() - Math.round(minutes * MINUTE),
  last_event_at: now() - Math.round((minutes + 0.05) * MINUTE),
  last_error: error,
  waiting,
  kind: "",
  origin: "",
  enabled: true,
  state: "unmanaged",
  stated_format: "",
  options: {},
  error: "",
  error_at: 0,
  retry_at: 0,
  note: "",
  waiting_bytes: 0,
  connections: 0,
  lost: 0,
  pauses: 0,
  rate: minutes < 1 ? 18.4 : 0,
  series: Array.from({ length: 60 }, (_, at) => (minutes < 1 ? 60 + ((at * 37) % 41) : 0)),
  lag: waiting * 25_000,
  created_at: 0,
  changed_at: 0,
}));

sources.unshift(
  {
    ...sources[0],
    name: "edge",
    kind: "syslog",
    origin: "api",
    state: "running",
    format: "syslog",
    options: { port: 5514, address: "127.0.0.1", transports: ["udp", "tcp"], tls: false, senders: [] },
    note: "Listens on 127.0.0.1, port 5514, udp and tcp.",
    connections: 3,
  },
  {
    ...sources[3],
    name: "legacy-app",
    kind: "watch",
    origin: "api",
    state: "retrying",
    error: "/var/log/legacy/app.log cannot be read: Permission denied.",
    retry_at: now() + MINUTE,
    options: { path: "/var/log/legacy/app.log", from_end: false },
  },
);

export const sourceTest = {
  ok: false,
  sentence: "Port 5514 is in use.",
  checks: [
    { ok: true, sentence: "127.0.0.1 is an address that sources may listen on." },
    { ok: false, sentence: "Port 5514 is in use." },
  ],
};

const text = (description, more = {}) => ({ type: "string", description, ...more });

export const shelf = {
  kinds: [
    {
      name: "http",
      summary: "Takes batches that programs post to /api/v2/events.",
      schema: { properties: {} },
    },
    {
      name: "syslog",
      summary: "Receives syslog over UDP and TCP.",
      schema: {
        properties: {
          port: { type: "integer", description: "Port for both transports.", default: 5514 },
          address: text("Address to listen on.", { default: "127.0.0.1" }),
          transports: { type: "array", items: { enum: ["udp", "tcp"] }, default: ["udp", "tcp"] },
          tls: { type: "boolean", description: "Speak TLS over TCP.", default: false },
        },
      },
    },
    {
      name: "watch",
      summary: "Follows a log file on the server's machine.",
      schema: { properties: { path: text("The log file.") }, required: ["path"] },
    },
  ],
  formats: ["suricata", "syslog", "zeek"],
  folders: ["/var/log"],
  addresses: ["127.0.0.1"],
  ports: [[5_000, 6_000]],
  tls: false,
};

export const rejected = [
  {
    at: now() - 4 * MINUTE,
    line: '{"EventID": 1, "Image": "C:\\\\Windows\\\\System32\\\\cmd.exe", "CommandLine": "cmd /c whoami"}',
    reason: "`UtcTime` is missing, and nothing else says when it happened",
  },
  {
    at: now() - 9 * MINUTE,
    line: "not json at all <script>alert(1)</script>",
    reason: "not JSON: expected value at line 1 column 1",
  },
  {
    at: now() - 64 * MINUTE,
    line: '{"EventID": 3, "DestinationPort": "https"',
    reason: "not JSON: the object is not closed",
  },
];
