import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { actColumn, RowSub, rowLink } from "@/components/row-title";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { Schedule } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { cronInWords } from "./cron-words";
import { type ScheduleAct, ScheduleMenu } from "./schedule-menu";
import { isBad, runText, triggerText } from "./schedule-words";
import styles from "./schedules-page.module.css";

const column = (id: string, header: string, cell: Column<Schedule>["cell"]): Column<Schedule> => ({
  id,
  header,
  cell,
  className: styles[id],
});

function Name({ schedule: { id, name, action } }: { readonly schedule: Schedule }) {
  return (
    <>
      <Link to="/schedules" search={{ schedule: id }} className={rowLink} data-row-link resetScroll={false}>
        {name}
      </Link>
      {action !== name && <RowSub>{action}</RowSub>}
    </>
  );
}

export function When({ schedule: { trigger } }: { readonly schedule: Schedule }) {
  if (trigger.kind === "once") {
    return (
      <>
        once, <Time at={trigger.at} />
      </>
    );
  }
  const words = trigger.kind === "cron" && cronInWords(trigger.cron ?? "");
  if (words) {
    return (
      <>
        {words} <span className="muted">({trigger.zone})</span>
        <RowSub mono>{trigger.cron}</RowSub>
      </>
    );
  }
  return <span className={classes(trigger.kind === "cron" && styles["cron"])}>{triggerText(trigger)}</span>;
}

export function Next({ schedule: { enabled, next_at: next, trigger } }: { readonly schedule: Schedule }) {
  if (!enabled) return <span className="muted">Disabled</span>;
  if (next !== null) return <Time at={next} />;
  return <span className="muted">{trigger.kind === "event" ? "When it happens" : "Not again"}</span>;
}

/** What the header says, where there is none. */
function Word({ children }: { readonly children: string }) {
  return <span className={styles["word"]}>{children}</span>;
}

function Last({ schedule: { last_run: run } }: { readonly schedule: Schedule }) {
  if (run === null) {
    return (
      <span className="muted">
        never<Word> ran</Word>
      </span>
    );
  }
  return (
    <>
      <span className={classes(isBad(run) && styles["bad"])}>{runText(run)}</span>
      <RowSub>
        <Word>ran </Word>
        <Time at={run.at} />
      </RowSub>
    </>
  );
}

const COLUMNS: readonly Column<Schedule>[] = [
  column("name", "Schedule", (schedule) => <Name schedule={schedule} />),
  column("when", "Fires", (schedule) => <When schedule={schedule} />),
  column("next", "Next", (schedule) => (
    <>
      {schedule.enabled && schedule.next_at !== null && <Word>next </Word>}
      <Next schedule={schedule} />
    </>
  )),
  column("last", "Last run", (schedule) => <Last schedule={schedule} />),
  column("fired", "Runs", ({ fired }) => <span>{formatNumber(fired)}</span>),
];

/** With the menu for those who may change schedules. */
export function scheduleColumns(
  onAct: ((schedule: Schedule, act: ScheduleAct) => void) | undefined,
): readonly Column<Schedule>[] {
  if (onAct === undefined) return COLUMNS;
  return [
    ...COLUMNS,
    {
      id: "act",
      header: "Actions",
      cell: (schedule) => <ScheduleMenu schedule={schedule} onAct={onAct} />,
      className: actColumn,
    },
  ];
}
