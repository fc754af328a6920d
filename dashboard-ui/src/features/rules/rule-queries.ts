import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { RuleSummary } from "@/lib/model";
import { type RuleSearch, toRuleQuery } from "./rule-search";

export const ruleKeys = {
  all: ["rules"] as const,
  lists: ["rules", "list"] as const,
  list: (search: RuleSearch) => ["rules", "list", search] as const,
  details: ["rules", "detail"] as const,
  detail: (id: string) => ["rules", "detail", id] as const,
  trial: (id: string) => ["rules", "trial", id] as const,
  packs: ["rules", "packs"] as const,
  check: (text: string) => ["rules", "check", text] as const,
};

const PAGE = 200;

export function ruleListQuery(search: RuleSearch) {
  return infiniteQueryOptions({
    queryKey: ruleKeys.list(search),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v2/rules", {
          params: {
            query: { ...toRuleQuery(search), limit: PAGE, ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    structuralSharing: false,
  });
}

export function ruleDetailQuery(id: string) {
  return queryOptions({
    queryKey: ruleKeys.detail(id),
    queryFn: () => unwrap(api.GET("/api/v2/rules/{rule_id}", { params: { path: { rule_id: id } } })),
  });
}

export const packsQuery = queryOptions({
  queryKey: ruleKeys.packs,
  queryFn: () => unwrap(api.GET("/api/v2/rules/packs")),
});

/** What the rule does with its own cases. */
export function ruleTrialQuery(id: string) {
  return queryOptions({ queryKey: ruleKeys.trial(id), queryFn: () => tryRule(id, []) });
}

export function tryRule(id: string, events: string[]) {
  return unwrap(
    api.POST("/api/v2/rules/{rule_id}/test", { params: { path: { rule_id: id } }, body: { events } }),
  );
}

/** What a text would become. */
export function checkQuery(text: string) {
  return queryOptions({
    queryKey: ruleKeys.check(text),
    queryFn: () => unwrap(api.POST("/api/v2/rules/check", { body: { text } })),
    enabled: text.trim() !== "",
    gcTime: 0,
    retry: false,
  });
}

export function addRule(text: string) {
  return unwrap(api.POST("/api/v2/rules", { body: { text } }));
}

export async function removeRule(id: string): Promise<void> {
  await settle(api.DELETE("/api/v2/rules/{rule_id}", { params: { path: { rule_id: id } } }));
}

export function switchRule(id: string, enabled: boolean, note: string): Promise<RuleSummary> {
  const params = { path: { rule_id: id } };
  return enabled
    ? unwrap(api.POST("/api/v2/rules/{rule_id}/enable", { params }))
    : unwrap(api.POST("/api/v2/rules/{rule_id}/disable", { params, body: { note } }));
}
