import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { Button, buttonClass } from "@/components/button";
import { Select } from "@/components/field";
import { Filters } from "@/components/filters";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { TextFilter } from "@/components/text-filter";
import { VirtualTable } from "@/components/virtual-table";
import type { Threat } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { useShortcut } from "@/lib/shortcuts";
import { THREAT_COLUMNS } from "./threat-columns";
import { KINDS, SCORES, type ThreatSearch, threatListQuery } from "./threat-queries";
import styles from "./threats-page.module.css";

const keyOf = (threat: Threat): string => threat.entity;

export function ThreatsPage() {
  usePageTitle("Threats");
  const search = useSearch({ from: "/app/threats" });
  const navigate = useNavigate({ from: "/threats" });
  const list = useInfiniteQuery(threatListQuery(search));
  const threats = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { fetchNextPage, isFetchingNextPage } = list;

  const change = (changes: Record<string, string | undefined>): void =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const reset = (): void => void navigate({ search: {} });
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);

  return (
    <>
      <PageHead
        title="Threats"
        lead="Addresses, hosts and users, by what their alerts add up to. A score halves every few hours without new findings."
      />
      <ThreatFilters search={search} onChange={change} />
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={8} label="Loading threats" />}
        {list.data && threats.length === 0 && (
          <NoThreats narrowed={Object.keys(search).length > 0} onReset={reset} />
        )}
        {threats.length > 0 && (
          <VirtualTable
            label="Threats, highest score first"
            rows={threats}
            columns={THREAT_COLUMNS}
            rowKey={keyOf}
            rowClass={() => styles["card"]}
            rowHeight={46}
            hasMore={list.hasNextPage}
            onMore={more}
          />
        )}
      </Panel>
    </>
  );
}

interface FiltersProps {
  readonly search: ThreatSearch;
  readonly onChange: (changes: Record<string, string | undefined>) => void;
}

function ThreatFilters({ search, onChange }: FiltersProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", () => input.current?.focus());
  return (
    <Filters label="Filter threats">
      <TextFilter
        label="Search entity"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q || undefined })}
        inputRef={input}
        keyHint="/"
        search
      />
      <Select
        label="Kind"
        value={search.kind ?? ""}
        options={KINDS}
        onChange={(kind) => onChange({ kind: kind || undefined })}
      />
      <Select
        label="Lowest score"
        value={search.score ?? ""}
        options={SCORES}
        onChange={(score) => onChange({ score: score || undefined })}
      />
    </Filters>
  );
}

function NoThreats({ narrowed, onReset }: { readonly narrowed: boolean; readonly onReset: () => void }) {
  return narrowed ? (
    <EmptyState title="No threat matches these filters">
      <Button onClick={onReset}>Reset the filters</Button>
    </EmptyState>
  ) : (
    <EmptyState title="No threats so far">
      <p>An address, host or user appears here with its first alert.</p>
      <Link to="/sources" className={buttonClass({})}>
        Look at the sources
      </Link>
    </EmptyState>
  );
}
