import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass } from "@/components/button";
import { Select } from "@/components/field";
import { CheckIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Segmented } from "@/components/segmented";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { coverageQuery, targetsQuery } from "@/features/courses/course-queries";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { AcademyTabs } from "./academy-tabs";
import styles from "./coverage-page.module.css";
import { COLUMNS, Summary } from "./coverage-table";

const DAYS = [
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
] as const;
type Days = (typeof DAYS)[number][0];

const EVERYBODY = "";
const NOW = "now";

/** Which of the techniques that alerts named somebody in the team has mastered. */
export function CoveragePage() {
  usePageTitle("Coverage");
  const [days, setDays] = useState<Days>("30");
  const [shift, setShift] = useState(EVERYBODY);
  const isTeacher = may(useQuery(meQuery).data, "courses:teach");
  const cohorts = useQuery({ ...targetsQuery, enabled: isTeacher }).data?.cohorts ?? [];
  const options: readonly (readonly [string, string])[] = [
    [EVERYBODY, "Everybody"],
    [NOW, "On shift now"],
    ...cohorts.map(({ id, name }) => [id, name] as const),
  ];
  const chosen = options.some(([option]) => option === shift) ? shift : EVERYBODY;
  const report = useQuery(coverageQuery(Number(days), chosen));
  const items = report.data?.items ?? [];
  return (
    <>
      <h1 className="visually-hidden">Coverage</h1>
      <AcademyTabs />
      <div className={styles["head"]}>
        <p>{report.data && items.length > 0 && <Summary report={report.data} />}</p>
        <div className={styles["choices"]}>
          {isTeacher && (
            <>
              <Select label="Whose mastery" value={chosen} options={options} onChange={setShift} />
              <Link to="/cohorts" className={buttonClass({})}>
                Cohorts and shifts
              </Link>
            </>
          )}
          <Segmented legend="Time" value={days} options={DAYS} onChange={setDays} />
        </div>
      </div>
      {report.isError && !report.data && (
        <ProblemPanel error={report.error} onRetry={() => void report.refetch()} busy={report.isFetching} />
      )}
      <Panel hidden={report.isError && !report.data}>
        {report.isPending && <Skeleton rows={6} label="Loading coverage" />}
        {report.data && items.length === 0 && (
          <EmptyState
            title={`No alert of the last ${days} days named a technique`}
            icon={<CheckIcon size={22} />}
          >
            <p>
              Alerts count that were raised in this time, however old their events are, or that had findings
              in it. Rules name ATT&CK techniques by tags such as attack.t1046.
            </p>
          </EmptyState>
        )}
        {items.length > 0 && (
          <VirtualTable
            label="Techniques"
            rows={items}
            columns={COLUMNS}
            rowKey={({ id }) => id}
            rowClass={() => styles["row"]}
            rowHeight={46}
          />
        )}
      </Panel>
    </>
  );
}
