/** Made-up suppressions, summaries and stored events; a test names only what it is about. */
import type { AlertSummary, StoredEvent, Suppression, SuppressionPreview } from "@/lib/model";
import { makeEvent } from "./event-fixtures";
import { MINUTE, makeAlert, NOW } from "./fixtures";

export function makeSuppression(change: Partial<Suppression> = {}): Suppression {
  return {
    id: "sup_1",
    tenant: "default",
    conditions: [
      { field: "rule_id", match: "equals", values: ["rule-1"] },
      { field: "src_ip", match: "cidr", values: ["203.0.113.0/24", "198.51.100.0/24"] },
    ],
    reason: "Our own scanner, every Monday",
    alert_id: "alr_1",
    created_by: "usr_1",
    created_by_name: "ada",
    created_at: NOW - 90 * MINUTE,
    expires_at: NOW + 9_000 * MINUTE,
    lifted_at: 0,
    lifted_by: "",
    lifted_by_name: "",
    hidden: 1_204,
    last_hidden_at: NOW - MINUTE,
    state: "active",
    ...change,
  };
}

export function makePreview(change: Partial<SuppressionPreview> = {}): SuppressionPreview {
  return {
    days: 30,
    alerts: 12,
    partly: 3,
    findings: 340,
    exact: true,
    scanned: 40,
    truncated: false,
    true_positives: 0,
    levels: { high: 12 },
    examples: [makeAlert()],
    ...change,
  };
}

export function makeSummary(change: Partial<AlertSummary> = {}): AlertSummary {
  return {
    counts: [{ status: "open", level: "high", count: 1 }],
    unassigned: 1,
    mine: 0,
    raised: [{ at: NOW - 5 * MINUTE, count: 1 }],
    at: NOW,
    ...change,
  };
}

export function makeNearby(change: Partial<StoredEvent> = {}): StoredEvent {
  return makeEvent({
    time: NOW - MINUTE,
    received_at: NOW,
    class_uid: 4_001,
    src_ip: "203.0.113.7",
    dst_ip: "10.0.0.5",
    dst_port: 22,
    app_protocol: "ssh",
    domain: "",
    action: "failure",
    native: { note: "<b>raw</b>" },
    ...change,
  });
}
