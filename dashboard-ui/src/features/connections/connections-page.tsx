import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { ConnectionIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { TextFilter } from "@/components/text-filter";
import { VirtualTable } from "@/components/virtual-table";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import { type ConnectionItem, may } from "@/lib/model";
import { plural } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { useShortcut } from "@/lib/shortcuts";
import { CloseDialog } from "./close-dialog";
import { connectionColumns } from "./connection-columns";
import { type ConnectionSearch, isWanted } from "./connection-search";
import styles from "./connections-page.module.css";
import { useConnections } from "./use-connections";

const keyOf = (connection: ConnectionItem): string => connection.id;

export function ConnectionsPage() {
  usePageTitle("Connections");
  const search = useSearch({ from: "/app/connections" });
  const navigate = useNavigate({ from: "/connections" });
  const { list, isPending } = useConnections();
  const mayClose = may(useQuery(meQuery).data, "connections:write");
  const [closing, setClosing] = useState<ConnectionItem | undefined>();
  const columns = useMemo(() => connectionColumns(mayClose ? setClosing : undefined), [mayClose]);
  const all = list.data?.items ?? [];
  const shown = all.filter((connection) => isWanted(connection, search));
  const change = (changes: Record<string, string | undefined>): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });

  return (
    <>
      <h1 className="visually-hidden">Connections</h1>
      <OperationsTabs />
      <ConnectionFilters search={search} all={all} shown={shown.length} onChange={change} />
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {isPending && <Skeleton rows={4} label="Loading connections" />}
        {list.data && !isPending && shown.length === 0 && (
          <NoConnections narrowed={all.length > 0} onReset={() => void navigate({ search: {} })} />
        )}
        {shown.length > 0 && (
          <VirtualTable
            label="Live connections, newest first"
            rows={shown}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => styles["card"]}
            rowHeight={52}
          />
        )}
      </Panel>
      {closing !== undefined && <CloseDialog connection={closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

interface FiltersProps {
  readonly search: ConnectionSearch;
  readonly all: readonly ConnectionItem[];
  readonly shown: number;
  readonly onChange: (changes: Record<string, string | undefined>) => void;
}

function ConnectionFilters({ search, all, shown, onChange }: FiltersProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", () => input.current?.focus());
  // One of a shared address stands among them, whether or not somebody listens to it now.
  const topics = new Set(all.flatMap((connection) => connection.topics));
  if (search.topic !== undefined) topics.add(search.topic);
  const options: (readonly [string, string])[] = [
    ["", "Any topic"],
    ...[...topics].toSorted().map((topic) => [topic, topic] as const),
  ];
  const isNarrowed = search.q !== undefined || search.topic !== undefined;
  return (
    <Filters label="Filter connections">
      <TextFilter
        label="User, address or client"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q.trim() || undefined })}
        inputRef={input}
        keyHint="/"
        search
      />
      <Select
        label="Topic"
        value={search.topic ?? ""}
        options={options}
        onChange={(topic) => onChange({ topic: topic || undefined })}
      />
      {isNarrowed && (
        <Button look="quiet" onClick={() => onChange({ q: undefined, topic: undefined })}>
          Reset
        </Button>
      )}
      {all.length > 0 && (
        <span className={styles["count"]}>
          {isNarrowed ? `${shown} of ${plural(all.length, "connection")}` : plural(all.length, "connection")}
        </span>
      )}
    </Filters>
  );
}

function NoConnections({ narrowed, onReset }: { readonly narrowed: boolean; readonly onReset: () => void }) {
  return narrowed ? (
    <EmptyState title="No connection matches these filters">
      <Button onClick={onReset}>Reset the filters</Button>
    </EmptyState>
  ) : (
    <EmptyState title="Nobody is connected" icon={<ConnectionIcon size={22} />}>
      <p>
        Dashboards, programs and the command line appear here while they hold a live connection. Where
        something on the way blocks WebSockets, they read over HTTP instead and hold none.
      </p>
    </EmptyState>
  );
}
