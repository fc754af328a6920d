import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { CheckIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { useTopic } from "@/features/live/live-context";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import type { TopicListener } from "@/lib/live";
import { type BreakerView, may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { breakerColumns } from "./breaker-columns";
import { BreakerDrawer } from "./breaker-drawer";
import { breakerKeys, breakersQuery } from "./breaker-queries";
import styles from "./breakers-page.module.css";

const keyOf = (breaker: BreakerView): string => breaker.dependency;

/** Fetches what is shown again the moment a breaker changes its state. */
function useLiveBreakers(): void {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => void queryClient.invalidateQueries({ queryKey: breakerKeys.all });
    return {
      onEvent: (name) => {
        if (name.startsWith("circuit-breaker:")) refresh();
      },
      onGap: refresh,
    };
  });
  useTopic("recovery", listener);
}

export function BreakersPage() {
  usePageTitle("Breakers");
  useLiveBreakers();
  const { dependency } = useSearch({ from: "/app/breakers" });
  const navigate = useNavigate({ from: "/breakers" });
  const list = useQuery(breakersQuery);
  const mayChange = may(useQuery(meQuery).data, "recovery:write");
  const columns = useMemo(() => breakerColumns(mayChange), [mayChange]);
  const breakers = list.data?.items ?? [];

  return (
    <>
      <h1 className="visually-hidden">Breakers</h1>
      <OperationsTabs />
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={4} label="Loading breakers" />}
        {list.data && breakers.length === 0 && (
          <EmptyState title="No breaker so far" icon={<CheckIcon size={22} />}>
            <p>
              A breaker appears with the first call of something outside. While too many calls fail it opens,
              and tasks that need it wait without spending an attempt.
            </p>
          </EmptyState>
        )}
        {breakers.length > 0 && (
          <VirtualTable
            label="Breakers"
            rows={breakers}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => styles["card"]}
            rowHeight={46}
          />
        )}
      </Panel>
      {dependency !== undefined && (
        <BreakerDrawer
          dependency={dependency}
          onClose={() => void navigate({ search: {}, resetScroll: false })}
        />
      )}
    </>
  );
}
