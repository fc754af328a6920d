import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

/** What alerts of a rule or detector are called; undefined while nobody knows. */
export function useRuleTitle(ruleId: string): string | undefined {
  const { data } = useQuery({
    queryKey: ["alerts", "title", ruleId],
    queryFn: () =>
      unwrap(api.GET("/api/v2/alerts", { params: { query: { rule_id: ruleId, limit: 1 } } })).then(
        (page) => page.items[0]?.title ?? null,
      ),
    enabled: ruleId !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return data ?? undefined;
}

/** A rule by its title; by its id where it has raised no alert yet. */
export function RuleTitle({ id }: { readonly id: string }) {
  const title = useRuleTitle(id);
  return title === undefined ? <code>{id}</code> : <strong title={id}>{title}</strong>;
}
