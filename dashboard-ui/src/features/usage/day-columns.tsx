import type { Column } from "@/components/virtual-table";
import type { UsageOfDay } from "@/lib/model";
import { Count, column } from "./usage-cells";
import styles from "./usage-page.module.css";
import { CLASSES } from "./usage-words";

interface BarProps {
  readonly day: UsageOfDay;
  /** The requests of the busiest day, refused ones included. */
  readonly top: number;
}

/** The day beside the others; its figures stand in the columns. */
function Bar({ day: { requests, refused }, top }: BarProps) {
  const width = (count: number): number => (top === 0 ? 0 : (count / top) * 100);
  return (
    <svg className={styles["barTrack"]} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className={styles["barUsed"]} width={width(requests)} height="8" />
      <rect className={styles["barRefused"]} x={width(requests)} width={width(refused)} height="8" />
    </svg>
  );
}

/** One's own requests: a row is a day and a class. */
export function dayColumns(days: readonly UsageOfDay[]): readonly Column<UsageOfDay>[] {
  const top = Math.max(0, ...days.map(({ requests, refused }) => requests + refused));
  return [
    column("day", "Day (UTC)", ({ day }) => <time dateTime={day}>{day}</time>),
    column("class", "Class", ({ request_class: of }) => CLASSES[of]),
    column("bar", "Beside other days", (day) => <Bar day={day} top={top} />),
    column("total", "Requests", ({ requests }) => <Count count={requests} unit="requests" />),
    column("refused", "Refused", ({ refused }) => <Count count={refused} unit="refused" bad />),
  ];
}
