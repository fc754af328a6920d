import { useIsFetching, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { FilterIcon } from "@/components/icons";
import { alertDetailQuery } from "@/features/alerts/alert-queries";
import type { Micros } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { DEFAULT_COLUMNS, formatColumns, parseColumns } from "./event-columns";
import { eventKeys } from "./event-queries";
import { type EventChanges, type EventSearch, filterOf, rangeSearch } from "./event-search";
import { EventTabs } from "./event-tabs";
import { addTerm, formatTerms, parseTerms, type Term } from "./event-terms";
import styles from "./events-page.module.css";
import { FieldPanel } from "./field-panel";
import { FoundEvents } from "./found-events";
import { EventHistogram } from "./histogram";
import { LateEvents } from "./late-events";
import { SearchBar } from "./search-bar";
import { TermChips } from "./term-chips";

/** What a filter asks stays the same object while it is the same, so that queries and memos hold. */
function useFilter(search: EventSearch) {
  const text = JSON.stringify(filterOf(search));
  // oxlint-disable-next-line react/exhaustive-deps -- the text is the filter
  return useMemo(() => filterOf(search), [text]);
}

export function EventsPage() {
  usePageTitle("Events");
  const search = useSearch({ from: "/app/events" });
  const navigate = useNavigate({ from: "/events" });
  const queryClient = useQueryClient();
  const busy = useIsFetching({ queryKey: eventKeys.searches }) > 0;
  const [unfolded, setUnfolded] = useState(false);
  const filter = useFilter(search);
  const terms = useMemo(() => parseTerms(filter.where), [filter]);
  const columns = useMemo(() => parseColumns(search.cols), [search.cols]);

  // A search is worth a step back; how it is shown is not.
  const change = (changes: EventChanges, replace = false): void => {
    const named: Record<string, unknown> = changes;
    void navigate({ search: (before) => ({ ...before, ...named }), replace, resetScroll: false });
  };
  const setTerms = (next: readonly Term[]): void =>
    change({ where: formatTerms(next) || undefined, event: undefined });
  const add = (term: Term): void => setTerms(addTerm(terms, term));
  const zoom = (since: Micros, until: Micros): void => change(rangeSearch(since, until));
  const by = search.by ?? "class_uid";

  return (
    <>
      <h1 className="visually-hidden">Events</h1>
      <EventTabs />
      {search.alert !== undefined && <FromAlert id={search.alert} />}
      <SearchBar
        filter={filter}
        busy={busy}
        onSearch={(q, regex) => change({ q: q || undefined, regex: regex ? "1" : undefined })}
        onRange={change}
        onAgain={() => void queryClient.invalidateQueries({ queryKey: eventKeys.searches })}
        onCancel={() => void queryClient.cancelQueries({ queryKey: eventKeys.searches })}
      />
      <TermChips terms={terms} onChange={setTerms} />
      <EventHistogram
        filter={filter}
        by={by}
        onBy={(next) => change({ by: next === "class_uid" ? undefined : next }, true)}
        onZoom={zoom}
        onValue={(value) => add({ column: by, value, exclude: false })}
      />
      <LateEvents filter={filter} by={by} onChange={change} />
      <Button
        className={styles["fold"] ?? ""}
        aria-expanded={unfolded}
        aria-controls="event-fields"
        onClick={() => setUnfolded(!unfolded)}
      >
        <FilterIcon /> Fields and columns
      </Button>
      <div className={styles["columns"]}>
        <div id="event-fields" className={classes(styles["fields"], unfolded && styles["unfolded"])}>
          <FieldPanel
            filter={filter}
            shown={columns}
            onShown={(next) =>
              change({ cols: formatColumns(next.length > 0 ? next : DEFAULT_COLUMNS) }, true)
            }
            onTerm={add}
          />
        </div>
        <FoundEvents
          filter={filter}
          by={by}
          columns={columns}
          open={search.event}
          onOpen={(event) => change({ event }, search.event !== undefined)}
          onTerm={add}
          onChange={change}
        />
      </div>
    </>
  );
}

/** The way back to the alert whose evidence led here. */
function FromAlert({ id }: { readonly id: string }) {
  const { data } = useQuery(alertDetailQuery(id));
  return (
    <p className={styles["from"]}>
      Events around the evidence of{" "}
      <Link to="/alerts/$id" params={{ id }}>
        {data?.alert.title ?? "an alert"}
      </Link>
    </p>
  );
}
