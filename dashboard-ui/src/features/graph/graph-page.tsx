import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { TextFilter } from "@/components/text-filter";
import { AcademyTabs } from "@/features/academy/academy-tabs";
import { formatNumber } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { useShortcut } from "@/lib/shortcuts";
import { ConceptList } from "./concept-list";
import { ConceptPanel } from "./concept-panel";
import { GraphCanvas } from "./graph-canvas";
import styles from "./graph-page.module.css";
import { graphMapQuery } from "./graph-queries";
import { counts, KINDS, type Kind } from "./kinds";

/** The knowledge graph: a picture of it, and a list that says and does the same. */
export function GraphPage() {
  usePageTitle("Graph");
  const { concept } = useSearch({ from: "/app/graph" });
  const navigate = useNavigate({ from: "/graph" });
  const map = useQuery(graphMapQuery);
  const [words, setWords] = useState("");
  const [hidden, setHidden] = useState<ReadonlySet<Kind>>(new Set());
  const search = useRef<HTMLInputElement>(null);

  const focus = (id: string | undefined): void =>
    void navigate({ search: id === undefined ? {} : { concept: id }, resetScroll: false });
  const toggle = (kind: Kind): void =>
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(kind)) after.add(kind);
      return after;
    });
  useShortcut("/", () => search.current?.focus());
  useShortcut("Escape", () => focus(undefined), concept !== undefined);

  return (
    <>
      <h1 className="visually-hidden">Knowledge graph</h1>
      <AcademyTabs />
      {map.isError && !map.data && (
        <ProblemPanel error={map.error} onRetry={() => void map.refetch()} busy={map.isFetching} />
      )}
      {map.isPending && <Skeleton rows={8} label="Loading the graph" />}
      {map.data && (
        <>
          <div className={styles["tools"]}>
            <search onFocus={() => concept !== undefined && focus(undefined)}>
              <TextFilter
                label="Search concepts"
                value={words}
                onChange={setWords}
                inputRef={search}
                search
                keyHint="/"
              />
            </search>
            <div className={styles["legend"]} role="group" aria-label="Kinds shown">
              {counts(map.data).map(([kind, count]) => (
                <label key={kind} className={styles["kind"]}>
                  <input type="checkbox" checked={!hidden.has(kind)} onChange={() => toggle(kind)} />
                  <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
                    <circle cx="5" cy="5" r="5" className={styles[kind]} />
                  </svg>
                  {KINDS[kind][0]} <span className="muted">{formatNumber(count)}</span>
                </label>
              ))}
            </div>
          </div>
          <div className={styles["columns"]}>
            <div className={styles["picture"]}>
              <GraphCanvas map={map.data} focus={concept} hidden={hidden} onPick={focus} />
            </div>
            <div className={styles["side"]}>
              {concept === undefined ? (
                <ConceptList map={map.data} words={words} hidden={hidden} />
              ) : (
                <ConceptPanel key={concept} id={concept} onClose={() => focus(undefined)} />
              )}
            </div>
          </div>
          {!map.data.is_whole && (
            <p className="muted">The best connected concepts are drawn; search finds all of them.</p>
          )}
        </>
      )}
    </>
  );
}
