/** Made-up values with sensible defaults; a test names only what it is about. */
import type { Alert, AlertDetail, Me, SourceItem, Threat } from "@/lib/model";

export const NOW = Date.now() * 1_000;
export const MINUTE = 60_000_000;

export function makeAlert(change: Partial<Alert> = {}): Alert {
  return {
    id: "alr_1",
    tenant: "default",
    fingerprint: "f",
    detector: "sigma",
    rule_id: "rule-1",
    title: "Password guessing over SSH",
    description: "Many failed log-ins.",
    level: "high",
    score: 70,
    status: "open",
    verdict: "undecided",
    tags: ["attack.credential-access", "attack.t1110.001"],
    entity: "203.0.113.7",
    entity_kind: "address",
    src_ip: "203.0.113.7",
    dst_ip: "10.0.0.5",
    user: "",
    device: "",
    source: "zeek-core",
    count: 12,
    first_at: NOW - 30 * MINUTE,
    last_at: NOW - MINUTE,
    raised_at: NOW - 5 * MINUTE,
    updated_at: NOW - MINUTE,
    version: 1,
    assignee: "",
    assignee_name: "",
    ...change,
  };
}

const SAID = { source: "zeek-core", src_ip: "203.0.113.7", dst_ip: "10.0.0.5", user: "", device: "" };

export function makeDetail(change: Partial<AlertDetail> = {}): AlertDetail {
  return {
    alert: makeAlert(),
    rule: {
      rule_id: "rule-1",
      title: "SSH guessing rule",
      description: "Somebody tries one password after another.",
      false_positives: ["Forgotten passwords"],
      references: ["https://example.org/ssh"],
      source: "title: SSH guessing rule\n# comment\nlevel: high\ntags:\n  - attack.t1110.001\n",
    },
    samples: [
      {
        at: NOW - 30 * MINUTE,
        matched: [{ field: "ssh.auth_attempts", value: "12", condition: ">= 10 in 60 s" }],
        event: { ssh: { auth_attempts: 12, client: "<img src=x onerror=alert(1)>" }, ok: false },
        ...SAID,
      },
      {
        at: NOW - MINUTE,
        matched: [{ field: "ssh.auth_attempts", value: "14", condition: ">= 10 in 60 s" }],
        event: { ssh: { auth_attempts: 14 } },
        ...SAID,
      },
    ],
    related: [makeAlert({ id: "alr_2", title: "Port scan of one host", level: "medium", status: "closed" })],
    activity: [],
    ...change,
  };
}

export function makeThreat(change: Partial<Threat> = {}): Threat {
  return {
    tenant: "default",
    entity: "203.0.113.7",
    entity_kind: "address",
    score: 83,
    alerts: 4,
    level: "critical",
    tags: ["attack.t1110.001"],
    first_at: NOW - 90 * MINUTE,
    last_at: NOW - MINUTE,
    at: NOW,
    raised_at: NOW - 30 * 1_440 * MINUTE,
    ...change,
  };
}

export function makeSource(change: Partial<SourceItem> = {}): SourceItem {
  return {
    name: "zeek-core",
    format: "zeek",
    events: 1_200_000,
    rejected: 2,
    size: 5_000_000,
    first_seen_at: NOW - 900 * MINUTE,
    last_seen_at: NOW - MINUTE,
    last_event_at: NOW - 3 * MINUTE,
    last_error: "line 4: no time",
    waiting: 7,
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
    rate: 0,
    series: [],
    lag: 0,
    created_at: 0,
    changed_at: 0,
    ...change,
  };
}

export const ADA: Me = {
  id: "usr_1",
  name: "ada",
  kind: "user",
  tenant: "default",
  role: "admin",
  permissions: ["alerts:read", "alerts:write", "events:read", "threats:read", "sources:read", "live:connect"],
};

export const PROBLEM = {
  type: "urn:netsentinel:problem:storage-unavailable",
  title: "The database is not available",
  status: 500,
  detail: "It is being restarted.",
  code: "storage-unavailable",
  trace_id: "trace-123",
};

/** The address of a route as the page asks for it. */
export const at = (path: string): string => `${globalThis.location.origin}${path}`;
