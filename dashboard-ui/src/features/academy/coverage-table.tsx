import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { CoverageReport, TechniqueCoverage } from "@/lib/model";
import { formatNumber, formatPercent, plural } from "@/lib/number";
import styles from "./coverage-page.module.css";

const MOST_NAMES = 2;

/** A technique that was seen, and who masters it. */
export const COLUMNS: readonly Column<TechniqueCoverage>[] = [
  {
    id: "technique",
    header: "Technique",
    className: styles["technique"],
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
        <span className={styles["unit"]}> {alerts === 1 ? "alert" : "alerts"}</span>
      </Link>
    ),
  },
  {
    id: "last",
    header: "Last alert",
    className: styles["time"],
    cell: ({ last_at }) => <Time at={last_at} />,
  },
  {
    id: "masters",
    header: "Mastered by",
    className: styles["masters"],
    cell: ({ masters, mastered_by, best }) => {
      if (masters === null) return <span className="muted">not shown</span>;
      if (masters === 0) {
        return (
          <span className={styles["gap"]}>
            nobody{best !== null && best > 0 && `, best ${formatPercent(best)}`}
          </span>
        );
      }
      const names = mastered_by.slice(0, MOST_NAMES).join(", ");
      const more = masters - Math.min(MOST_NAMES, mastered_by.length);
      return (
        <span className={styles["good"]}>
          {names === ""
            ? plural(masters, "person", "people")
            : `${names}${more > 0 ? ` and ${more} more` : ""}`}
        </span>
      );
    },
  },
  {
    id: "lessons",
    header: "Lessons",
    className: styles["lessons"],
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

/** How many techniques somebody has mastered, and of whom. */
export function Summary({ report }: { readonly report: CoverageReport }) {
  const { items, covered, people, shifts } = report;
  if (shifts !== null && shifts.length === 0) return "Nobody is on shift now.";
  if (covered === null) {
    return `Alerts of this time named ${plural(items.length, "technique")}. With ${plural(people, "person", "people")} who ${
      people === 1 ? "looks" : "look"
    } after alerts, what they master is shown to those who teach.`;
  }
  return (
    <>
      <strong>
        {covered} of {plural(items.length, "technique")}
      </strong>{" "}
      that alerts of this time named {covered === 1 ? "is" : "are"} mastered by somebody{" "}
      {shifts === null ? "of" : `on ${shifts.join(", ")}:`} {plural(people, "person", "people")} who{" "}
      {people === 1 ? "looks" : "look"} after alerts.
    </>
  );
}
