import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { meQuery } from "@/features/session/session-queries";
import { type Cohort, may } from "@/lib/model";
import { plural } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { CohortDialog } from "./cohort-dialog";
import { targetsQuery } from "./course-queries";
import styles from "./courses.module.css";
import { hoursText } from "./hours-words";

/** Lists of users who learn together, for those who teach. */
export function CohortsPage() {
  usePageTitle("Cohorts");
  const { data: me } = useQuery(meQuery);
  const found = useQuery({ ...targetsQuery, enabled: may(me, "courses:teach") });
  const [open, setOpen] = useState<Cohort | "new" | undefined>();
  const { people, cohorts } = found.data ?? { people: [], cohorts: [] };
  const names = new Map(people.map(({ id, name }) => [id, name]));
  if (me && !may(me, "courses:teach"))
    return (
      <EmptyState title="For those who teach" whole>
        <p>Cohorts are kept by people with the permission to teach. Your role is {me.role}.</p>
      </EmptyState>
    );
  return (
    <>
      <PageHead
        title="Cohorts"
        back={<Link to="/courses">Courses</Link>}
        lead={
          <p>
            People who learn together: a course is assigned to all of them at once. With hours, a cohort is a
            shift.
          </p>
        }
        actions={
          <Button look="primary" disabled={!found.data} onClick={() => setOpen("new")}>
            New cohort
          </Button>
        }
      />
      {found.isError && (
        <ProblemPanel error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
      )}
      {!found.isError && (
        <Panel>
          {found.isPending && <Skeleton rows={4} label="Loading cohorts" />}
          {found.data && cohorts.length === 0 && (
            <EmptyState title="No cohort so far">
              <p>Gather people once, and assign them courses with one date.</p>
            </EmptyState>
          )}
          {cohorts.length > 0 && (
            <ul className={styles["map"]} aria-label="Cohorts">
              {cohorts.map((cohort) => (
                <li key={cohort.id} className={styles["cohort"]}>
                  <span className={styles["title"]}>{cohort.name}</span>
                  <span className={styles["who"]}>
                    {plural(cohort.members.length, "person", "people")}
                    {cohort.members.length > 0 && ": "}
                    {cohort.members.map((id) => names.get(id) ?? "somebody who left").join(", ")}
                    {cohort.hours && <span className={styles["hours"]}>{hoursText(cohort)}</span>}
                  </span>
                  <Button size="sm" aria-label={`Edit ${cohort.name}`} onClick={() => setOpen(cohort)}>
                    Edit
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
      {open !== undefined && (
        <CohortDialog
          {...(open !== "new" && { cohort: open })}
          people={people}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}
