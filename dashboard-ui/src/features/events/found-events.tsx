import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { Button } from "@/components/button";
import { Command } from "@/components/copy-button";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import type { StoredEvent } from "@/lib/model";
import { formatNumber, plural } from "@/lib/number";
import { columnsOf, type OnValue } from "./event-columns";
import { EventDetail } from "./event-detail";
import { eventListQuery, MOST_EVENTS } from "./event-queries";
import type { EventChanges, EventFilter, Grouping } from "./event-search";
import { parseTerms, type Term } from "./event-terms";
import table from "./events-table.module.css";
import styles from "./found-events.module.css";
import { NoEvents } from "./no-events";
import { StoredBefore } from "./stored-before";
import { type ChosenValue, ValueMenu } from "./value-menu";

interface FoundProps {
  readonly filter: EventFilter;
  /** What the histogram tells apart: its answer is used here, too. */
  readonly by: Grouping;
  readonly columns: readonly string[];
  readonly open: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly onTerm: (term: Term) => void;
  readonly onChange: (changes: EventChanges) => void;
}

const ROW_HEIGHT = 36;
const keyOf = (event: StoredEvent): string => event.id;
const rowClass = (): string | undefined => table["row"];

/** The list of events, and the one that is open. */
export function FoundEvents({ filter, by, columns, open, onOpen, onTerm, onChange }: FoundProps) {
  const list = useInfiniteQuery(eventListQuery(filter));
  const [chosen, setChosen] = useState<ChosenValue | undefined>();
  const events = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { fetchNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const onValue = useCallback<OnValue>((column, value, anchor) => setChosen({ column, value, anchor }), []);
  const shown = useMemo(
    () => columnsOf(columns, onValue, events, filter.arrival),
    [filter.arrival, columns, onValue, events],
  );
  const at = events.findIndex(({ id }) => id === open);

  if (list.isPending && list.fetchStatus === "idle") {
    return (
      <EmptyState title="The search was stopped">
        <Button onClick={() => void list.refetch()}>Search again</Button>
      </EmptyState>
    );
  }
  if (list.isError && !list.data) {
    return <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />;
  }
  return (
    <Panel busy={list.isFetching}>
      {list.isPending && <Skeleton rows={10} label="Searching" />}
      {list.data && events.length === 0 && <NoEvents filter={filter} by={by} onChange={onChange} />}
      {events.length > 0 && (
        <VirtualTable
          label={filter.arrival ? "Events, last arrived first" : "Events, newest first"}
          rows={events}
          columns={shown}
          rowKey={keyOf}
          rowClass={rowClass}
          rowHeight={ROW_HEIGHT}
          hasMore={list.hasNextPage}
          onMore={more}
        />
      )}
      {list.isFetchNextPageError && <ProblemPanel error={list.error} onRetry={more} />}
      {events.length > 0 && !list.hasNextPage && (
        <End count={events.length} filter={filter} by={by} onChange={onChange} />
      )}
      <ValueMenu chosen={chosen} onClose={() => setChosen(undefined)} onTerm={onTerm} />
      {open !== undefined && (
        <EventDetail
          id={open}
          known={events[at]}
          previous={events[at - 1]?.id}
          next={at < 0 ? undefined : events[at + 1]?.id}
          onOpen={onOpen}
          onClose={() => onOpen(undefined)}
          onTerm={onTerm}
        />
      )}
    </Panel>
  );
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same search for the terminal, without this page's limit. */
function commandOf({ q, regex, where, from, to, arrival }: EventFilter): string {
  const parts = ["netsentinel events search"];
  if (q !== "") parts.push(regex ? `--regex ${quoted(q)}` : quoted(q));
  for (const { column, value, exclude } of parseTerms(where))
    parts.push(`-w ${quoted(`${column}${exclude ? "!=" : "="}${value}`)}`);
  if (from !== "") parts.push(`--since ${from}`);
  if (to !== "") parts.push(`--until ${to}`);
  if (arrival) parts.push("--by-arrival");
  return [...parts, "--limit 1000000 -o json"].join(" ");
}

interface EndProps {
  readonly count: number;
  readonly filter: EventFilter;
  readonly by: Grouping;
  readonly onChange: (changes: EventChanges) => void;
}

function End({ count, filter, by, onChange }: EndProps) {
  if (count < MOST_EVENTS)
    return (
      <div className={styles["end"]}>
        <p>That is all: {plural(count, "event")}.</p>
        <StoredBefore filter={filter} by={by} onChange={onChange} />
      </div>
    );
  return (
    <div className={styles["limit"]}>
      <p>
        The newest {formatNumber(count)} events are shown. Narrow the search to see older ones, or have all of
        them in the terminal:
      </p>
      <Command text={commandOf(filter)} what="the command" />
    </div>
  );
}
