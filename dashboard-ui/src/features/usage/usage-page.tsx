import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { Filters } from "@/components/filters";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Section } from "@/components/section";
import { Segmented } from "@/components/segmented";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may, type Usage, type UsageOfDay, type UsageWindow } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { dayColumns } from "./day-columns";
import { USAGE_COLUMNS, type UsageRow, usageRows } from "./usage-columns";
import { UsageGauge } from "./usage-gauge";
import styles from "./usage-page.module.css";
import { usageQuery } from "./usage-queries";
import { carriedOver, WINDOWS } from "./usage-words";

const keyOfRow = (row: UsageRow): string => row.id;
const keyOfDay = ({ day, request_class: of }: UsageOfDay): string => `${day} ${of}`;

const SCOPES = [
  ["own", "Mine"],
  ["tenant", "Everybody's"],
] as const;

export function UsagePage() {
  usePageTitle("Usage");
  const search = useSearch({ from: "/app/usage" });
  const navigate = useNavigate({ from: "/usage" });
  const mayAll = may(useQuery(meQuery).data, "keys:manage");
  const scope = mayAll ? (search.scope ?? "own") : "own";
  const found = useQuery(usageQuery(scope));
  const usage = found.data;

  return (
    <>
      <h1 className="visually-hidden">Usage</h1>
      <OperationsTabs />
      {mayAll && (
        <Filters label="Whose requests">
          <Segmented
            legend="Whose requests"
            value={scope}
            options={SCOPES}
            onChange={(chosen) =>
              void navigate({ search: chosen === "own" ? {} : { scope: chosen }, replace: true })
            }
          />
          {usage?.scope === "tenant" && (
            <span className={styles["note"]}>
              Keys without a tier of their own are <strong>{usage.tenant_tier}</strong>.
            </span>
          )}
        </Filters>
      )}
      {found.isError && !usage && (
        <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
      )}
      {usage?.scope === "own" && (
        <div className={styles["windows"]}>
          {usage.windows.map((window) => (
            <Window key={window.request_class} window={window} />
          ))}
        </div>
      )}
      <Panel hidden={found.isError && !usage} busy={found.isPlaceholderData}>
        {found.isPending && <Skeleton rows={4} label="Loading usage" />}
        {usage && usage.days.length === 0 && (
          <EmptyState title="No requests in the last 30 days">
            <p>Requests are counted by caller, class and day, and the counts kept for 90 days.</p>
          </EmptyState>
        )}
        {usage &&
          usage.days.length > 0 &&
          (usage.scope === "own" ? <Own usage={usage} /> : <All usage={usage} />)}
      </Panel>
    </>
  );
}

/** What is left of one's own limits now. */
function Window({ window }: { readonly window: UsageWindow }) {
  return (
    <Section title={WINDOWS[window.request_class]}>
      <div className={styles["gauges"]}>
        <UsageGauge
          name="This minute"
          used={window.minute_used}
          limit={window.per_minute}
          left={window.minute_left}
          carried={carriedOver(window)}
          resetsAt={window.minute_resets_at}
        />
        <UsageGauge
          name="Today (UTC)"
          used={window.day_used}
          limit={window.per_day}
          left={window.day_left}
          refused={window.day_refused}
          resetsAt={window.day_resets_at}
        />
      </div>
    </Section>
  );
}

/** One's own requests, day by day. */
function Own({ usage: { days } }: { readonly usage: Usage }) {
  const columns = useMemo(() => dayColumns(days), [days]);
  return (
    <VirtualTable
      label="Your requests of the last 30 days"
      rows={days}
      columns={columns}
      rowKey={keyOfDay}
      rowClass={() => styles["dayCard"]}
      rowHeight={46}
    />
  );
}

/** Who asked for how much, the busiest first. */
function All({ usage }: { readonly usage: Usage }) {
  const rows = useMemo(() => usageRows(usage), [usage]);
  return (
    <VirtualTable
      label="Everybody's requests of the last 30 days"
      rows={rows}
      columns={USAGE_COLUMNS}
      rowKey={keyOfRow}
      rowClass={() => styles["card"]}
      rowHeight={52}
    />
  );
}
