import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { CheckIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Segmented } from "@/components/segmented";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import { type Column, VirtualTable } from "@/components/virtual-table";
import { api, unwrap } from "@/lib/api";
import type { TechniqueCoverage } from "@/lib/model";
import { formatNumber, formatPercent, plural } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { AcademyTabs } from "./academy-tabs";
import styles from "./coverage-page.module.css";

const DAYS = [
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
] as const;
type Days = (typeof DAYS)[number][0];

const COLUMNS: readonly Column<TechniqueCoverage>[] = [
  {
    id: "technique",
    header: "Technique",
    cell: ({ id, name, concept }) => (
      <>
        <span className={styles["id"]}>{id}</span>{" "}
        {concept === "" ? (
          name || "not in the graph"
        ) : (
          <Link to="/graph" search={{ concept }} data-row-link>
            {name}
          </Link>
        )}
      </>
    ),
  },
  {
    id: "alerts",
    header: "Alerts",
    className: styles["number"],
    cell: ({ alerts, id }) => (
      <Link to="/alerts" search={{ tag: `attack.${id.toLowerCase()}` }} className={styles["count"]}>
        {formatNumber(alerts)}
      </Link>
    ),
  },
  {
    id: "last",
    header: "Last seen",
    className: styles["time"],
    cell: ({ last_at }) => <Time at={last_at} />,
  },
  {
    id: "masters",
    header: "Mastered by",
    className: styles["masters"],
    cell: ({ masters, best }) =>
      masters > 0 ? (
        <span className={styles["good"]}>{plural(masters, "person", "people")}</span>
      ) : (
        <span className={styles["gap"]}>nobody{best > 0 && `, best ${formatPercent(best)}`}</span>
      ),
  },
  {
    id: "lessons",
    header: "Lessons",
    cell: ({ lessons }) =>
      lessons.length > 0 ? (
        lessons.map(({ key, course, lesson, title }, at) => (
          <Fragment key={key}>
            {at > 0 && " · "}
            <Link to="/learn/$course/$lesson" params={{ course, lesson }}>
              {title}
            </Link>
          </Fragment>
        ))
      ) : (
        <span className="muted">none yet</span>
      ),
  },
];

/** Which of the techniques that alerts named somebody in the team has mastered. */
export function CoveragePage() {
  usePageTitle("Coverage");
  const [days, setDays] = useState<Days>("30");
  const report = useQuery({
    queryKey: ["coverage", days],
    queryFn: () => unwrap(api.GET("/api/v2/graph/coverage", { params: { query: { days: Number(days) } } })),
  });
  const items = report.data?.items ?? [];
  return (
    <>
      <h1 className="visually-hidden">Coverage</h1>
      <AcademyTabs />
      <div className={styles["head"]}>
        <p>
          {report.data && items.length > 0 && (
            <>
              <strong>
                {report.data.covered} of {plural(items.length, "technique")}
              </strong>{" "}
              that alerts named {report.data.covered === 1 ? "is" : "are"} mastered by somebody of{" "}
              {plural(report.data.people, "person", "people")} who{" "}
              {report.data.people === 1 ? "looks" : "look"} after alerts.
            </>
          )}
        </p>
        <Segmented legend="Time" value={days} options={DAYS} onChange={setDays} />
      </div>
      {report.isError && !report.data && (
        <ProblemPanel error={report.error} onRetry={() => void report.refetch()} busy={report.isFetching} />
      )}
      <Panel hidden={report.isError && !report.data}>
        {report.isPending && <Skeleton rows={6} label="Loading coverage" />}
        {report.data && items.length === 0 && (
          <EmptyState title="No alert named a technique" icon={<CheckIcon size={22} />}>
            <p>Rules name ATT&CK techniques by tags such as attack.t1046.</p>
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
