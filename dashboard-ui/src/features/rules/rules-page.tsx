import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Button } from "@/components/button";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { useShortcut } from "@/lib/shortcuts";
import { AddRule } from "./add-rule";
import { PackTroubles } from "./pack-troubles";
import { ruleListQuery } from "./rule-queries";
import { isNarrowed } from "./rule-search";
import { RulesFilter } from "./rules-filter";
import { RulesTable } from "./rules-table";
import { useRuleNews } from "./use-rule-news";

export function RulesPage() {
  usePageTitle("Rules");
  useRuleNews();
  const search = useSearch({ from: "/app/rules" });
  const navigate = useNavigate({ from: "/rules" });
  const [adding, setAdding] = useState(false);
  const { data: me } = useQuery(meQuery);
  const list = useInfiniteQuery(ruleListQuery(search));
  const rules = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { fetchNextPage, isFetchingNextPage } = list;
  const mayAdd = may(me, "rules:write");
  useShortcut("n", () => setAdding(mayAdd));

  const change = (changes: Record<string, unknown>): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const reset = (): void => void navigate({ search: {} });
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);

  return (
    <>
      <h1 className="visually-hidden">Rules</h1>
      <RulesFilter search={search} counts={list.data?.pages[0]?.states} onChange={change} onReset={reset}>
        {mayAdd && (
          <Button look="primary" onClick={() => setAdding(true)}>
            Add a rule
          </Button>
        )}
      </RulesFilter>
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <PackTroubles />
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={12} label="Loading rules" />}
        {list.data && rules.length === 0 && isNarrowed(search) && (
          <EmptyState title="No rule matches these filters">
            <Button onClick={reset}>Reset the filters</Button>
          </EmptyState>
        )}
        {list.data && rules.length === 0 && !isNarrowed(search) && (
          <EmptyState title="There are no rules">
            <p>The server was started without its own rules. Detectors of behaviour work all the same.</p>
          </EmptyState>
        )}
        {rules.length > 0 && <RulesTable rules={rules} hasMore={list.hasNextPage} onMore={more} />}
        {list.isFetchNextPageError && <ProblemPanel error={list.error} onRetry={more} />}
      </Panel>
      <AddRule open={adding} onClose={() => setAdding(false)} />
    </>
  );
}
