/** Made-up rules, and a fake server that has them. */
import { HttpResponse, http } from "msw";
import type { RuleDetail, RuleSummary } from "@/lib/model";
import { ADA, MINUTE, NOW } from "./fixtures";
import { at, get } from "./server";

export function makeRule(change: Partial<RuleSummary> = {}): RuleSummary {
  return {
    id: "r1",
    title: "Web scanner by its user agent",
    level: "medium",
    state: "enabled",
    error: "",
    maturity: "test",
    product: "",
    category: "webserver",
    service: "",
    tags: ["attack.t1595.002"],
    pack_id: "ins_1",
    pack: "NetSentinel",
    owner: "",
    hits: 1_234,
    last_hit_at: NOW - MINUTE,
    history: [...Array.from({ length: 28 }, () => 0), 4, 9],
    cost: { patterns: 12, events: 1_000, evaluations: 40, nanoseconds: 25_000, ns_per_event: 25 },
    ...change,
  };
}

export function makeRuleDetail(change: Partial<RuleDetail> = {}): RuleDetail {
  return {
    rule: makeRule(),
    pack: {
      id: "ins_1",
      owner: "",
      name: "NetSentinel",
      kind: "bundled",
      origin: "/opt/netsentinel/content/rules",
      licence: "Apache License 2.0",
      rules: 62,
      failing: 0,
      added_at: NOW,
      added_by: "",
      trouble: "",
    },
    path: "scanner_user_agent/rule.yml",
    description: "A scanner says its name.",
    author: "Ann",
    licence: "Apache License 2.0",
    changed_on: "2026-01-02",
    false_positives: ["An agreed test"],
    references: ["https://example.org/scanner"],
    source: "title: Web scanner by its user agent\nlevel: medium\n",
    error_line: 0,
    error_column: 0,
    disabled: null,
    removable: false,
    cases: [
      { name: "hit.jsonl:1", expected: true, event: '{"agent":"nikto"}' },
      { name: "miss.jsonl:1", expected: false, event: '{"agent":"firefox"}' },
    ],
    ...change,
  };
}

const result = (name: string, expected: boolean) => ({
  name,
  expected,
  fired: expected,
  passed: true,
  matched: expected ? [{ field: "agent", value: "nikto", condition: "contains 'nikto'" }] : [],
  error: "",
});

export const rulePage = (...items: RuleSummary[]) => ({
  items,
  next: null,
  total: items.length,
  states: {
    enabled: items.filter((rule) => rule.state === "enabled").length,
    disabled: items.filter((rule) => rule.state === "disabled").length,
    failing: items.filter((rule) => rule.state === "failing").length,
  },
});

/** Ada may change rules; there is one. */
export const ruleHandlers = [
  get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, "rules:read", "rules:write"] }),
  get("/api/v2/rules", rulePage(makeRule())),
  get("/api/v2/rules/packs", { items: [makeRuleDetail().pack] }),
  get("/api/v2/rules/:id", makeRuleDetail()),
  http.post(at("/api/v2/rules/:id/test"), () =>
    HttpResponse.json({
      passed: 2,
      failed: 0,
      results: [result("hit.jsonl:1", true), result("miss.jsonl:1", false)],
    }),
  ),
  http.post(at("/api/v2/rules/:id/enable"), () => HttpResponse.json(makeRule({ state: "enabled" }))),
  http.post(at("/api/v2/rules/:id/disable"), () => HttpResponse.json(makeRule({ state: "disabled" }))),
];
