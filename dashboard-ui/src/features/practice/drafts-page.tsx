import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { toastSaid } from "@/components/toaster";
import { AcademyTabs } from "@/features/academy/academy-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may, type Question } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { DraftCard } from "./draft-card";
import styles from "./drafts.module.css";
import { drafting, draftsQuery, useDraftsChanged } from "./drafts-queries";
import pageStyles from "./practice.module.css";

/** Questions that nobody is asked yet, for those who teach: made here, looked at, put right, approved or discarded. */
export function DraftsPage() {
  usePageTitle("To approve");
  const { data: me } = useQuery(meQuery);
  return (
    <>
      <AcademyTabs />
      <div className={pageStyles["page"]}>
        <div className={pageStyles["head"]}>
          <h1 className={pageStyles["title"]}>To approve</h1>
        </div>
        {me && !may(me, "courses:teach") && (
          <EmptyState title="For those who teach">
            <p>Questions are approved by people with the permission to teach. Your role is {me.role}.</p>
          </EmptyState>
        )}
        {may(me, "courses:teach") && (
          <>
            {may(me, "graph:read") && <NewDrafts />}
            <Waiting />
          </>
        )}
      </div>
    </>
  );
}

/** Drafts of what the graph says of a concept. */
function NewDrafts() {
  const [concept, setConcept] = useState("");
  const changed = useDraftsChanged();
  const making = useMutation({
    ...drafting,
    onSuccess: ({ added, items, skipped }) => {
      changed();
      const [none] = skipped;
      if (none) return;
      setConcept("");
      const known = items.length === 0 ? "nothing" : "nothing new: its questions are there";
      toastSaid(added > 0 ? `${added} ${added === 1 ? "draft is" : "drafts are"} new` : `There is ${known}`);
    },
  });
  const [skipped] = making.data?.skipped ?? [];
  const make = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (concept.trim() !== "" && !making.isPending) making.mutate(concept.trim());
  };
  return (
    <form className={styles["make"]} onSubmit={make}>
      <Field
        label="Make drafts for a concept"
        placeholder="Port scan"
        value={concept}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => {
          setConcept(event.target.value);
          making.reset();
        }}
        hint="Of the sentences that define it in the graph, with concepts beside it as wrong choices."
        error={skipped && `Nothing can be made of ${skipped.name}: ${skipped.reason}.`}
        after={
          <Button type="submit" disabled={concept.trim() === "" || making.isPending}>
            {making.isPending ? "Making…" : "Make drafts"}
          </Button>
        }
      />
      {making.isError && <ProblemPanel error={making.error} />}
    </form>
  );
}

function Waiting() {
  const found = useInfiniteQuery(draftsQuery);
  const wanted = useRouterState({ select: ({ location }) => location.hash });
  const items: readonly Question[] = found.data?.pages.flatMap((page) => page.items) ?? [];
  if (found.isPending) return <Skeleton rows={5} label="Loading drafts" />;
  if (found.isError) {
    return <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />;
  }
  if (items.length === 0) {
    return (
      <EmptyState title="Nothing waits">
        <p>Drafts of concepts and drills of decided alerts wait here until somebody approves them.</p>
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={styles["list"]} aria-label="Drafts">
        {items.map((one) => (
          <DraftCard key={`${one.id} ${one.version}`} draft={one} isWanted={one.id === wanted} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button onClick={() => void found.fetchNextPage()} disabled={found.isFetchingNextPage}>
          {found.isFetchingNextPage ? "Loading…" : "Show more"}
        </Button>
      )}
    </>
  );
}
