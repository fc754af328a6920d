import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { Button, buttonClass } from "@/components/button";
import { classes } from "@/components/classes";
import { CheckIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { meQuery } from "@/features/session/session-queries";
import { FirstSource } from "@/features/sources/first-source";
import { sourcesQuery } from "@/features/sources/source-queries";
import { BulkBar } from "@/features/triage/bulk-bar";
import { may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { orderedColumns } from "./alert-columns";
import { type AlertOrder, isNarrowed } from "./alert-filter";
import { alertListQuery } from "./alert-queries";
import styles from "./alerts-page.module.css";
import { AlertsTable } from "./alerts-table";
import { ExportMenu } from "./export-menu";
import { FilterBar } from "./filter-bar";
import { LateAlerts } from "./late-alerts";
import { OverviewStrip } from "./overview";
import { SelectionContext } from "./selection";
import { StreamControl } from "./stream-control";
import { useSelected } from "./use-selected";

export function AlertsPage() {
  usePageTitle("Alerts");
  const search = useSearch({ from: "/app/alerts" });
  const navigate = useNavigate({ from: "/alerts" });
  const list = useInfiniteQuery(alertListQuery(search));
  const alerts = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { data: me } = useQuery(meQuery);
  const canChange = may(me, "alerts:write");
  const selected = useSelected(canChange);
  const { fetchNextPage, isFetchingNextPage } = list;

  const change = (changes: Record<string, unknown>): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const reorder = (order: AlertOrder | undefined): void => change({ order });
  const columns = orderedColumns(search.order, reorder);
  const reset = (): void => void navigate({ search: {} });
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);

  return (
    <>
      <h1 className="visually-hidden">Alerts</h1>
      <OverviewStrip level={search.level} onLevel={(level) => change({ level })} />
      <FilterBar search={search} onChange={change} onReset={reset}>
        <div className={styles["tools"]}>
          <Link to="/suppressions" className={classes(buttonClass({ look: "quiet" }), styles["wideOnly"])}>
            Suppressions
          </Link>
          <ExportMenu search={search} />
          <StreamControl />
        </div>
      </FilterBar>
      {!search.order && <LateAlerts search={search} onShow={() => reorder("arrival")} />}
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={10} label="Loading alerts" />}
        {list.data && alerts.length === 0 && <NoAlerts narrowed={isNarrowed(search)} onReset={reset} />}
        {alerts.length > 0 && (
          <SelectionContext value={selected}>
            <AlertsTable
              alerts={alerts}
              columns={columns}
              selectable={canChange}
              hasMore={list.hasNextPage}
              onMore={more}
            />
          </SelectionContext>
        )}
        {list.isFetchNextPageError && <ProblemPanel error={list.error} onRetry={more} />}
      </Panel>
      {selected.ids.size > 0 && (
        <BulkBar
          ids={selected.ids}
          shown={alerts.length}
          onSelectAll={() => selected.all(alerts.map(({ id }) => id))}
          onClear={selected.clear}
        />
      )}
    </>
  );
}

function NoAlerts({ narrowed, onReset }: { readonly narrowed: boolean; readonly onReset: () => void }) {
  const { data: sources } = useQuery(sourcesQuery);
  if (narrowed) {
    return (
      <EmptyState title="No alert matches these filters">
        <Button onClick={onReset}>Reset the filters</Button>
      </EmptyState>
    );
  }
  if (sources?.items.length === 0) return <FirstSource />;
  return (
    <EmptyState title="Nothing waits for you" icon={<CheckIcon size={22} />}>
      <p>New alerts show up here the moment they are raised, without a reload.</p>
      <Link to="/sources" className={buttonClass({})}>
        Look at the sources
      </Link>
    </EmptyState>
  );
}
