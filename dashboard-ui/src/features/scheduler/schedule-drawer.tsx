import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { classes } from "@/components/classes";
import { Drawer } from "@/components/drawer";
import { RecordMissing } from "@/components/record-missing";
import { RowSub } from "@/components/row-title";
import { Facts } from "@/components/section";
import { Time } from "@/components/time";
import type { Run } from "@/lib/model";
import { formatDuration } from "@/lib/time";
import { When } from "./schedule-columns";
import { scheduleQuery } from "./schedule-queries";
import { byText, isBad, MISFIRES, OVERLAPS, runText } from "./schedule-words";
import styles from "./schedules-page.module.css";

interface ScheduleDrawerProps {
  readonly id: string;
  readonly onClose: () => void;
}

const named = (names: readonly (readonly [string, string])[], value: string): string =>
  names.find(([each]) => each === value)?.[1] ?? value;

/** One schedule: when it fires next, and what came of its runs. */
export function ScheduleDrawer({ id, onClose }: ScheduleDrawerProps) {
  const detail = useQuery(scheduleQuery(id));
  const schedule = detail.data?.schedule;
  return (
    <Drawer title={schedule?.name ?? "Schedule"} lead={schedule?.action} onClose={onClose}>
      {!detail.data && (
        <RecordMissing query={detail} noun="schedule" why="It may have been deleted." part>
          <Button onClick={onClose}>All schedules</Button>
        </RecordMissing>
      )}
      {schedule && (
        <Facts
          items={[
            ["Fires", <When key="when" schedule={schedule} />],
            ["If one runs", named(OVERLAPS, schedule.overlap)],
            ["If missed", named(MISFIRES, schedule.misfire)],
            ["Jitter", schedule.jitter === 0 ? "none" : `up to ${formatDuration(schedule.jitter)}`],
            ["Changed", <Time key="changed" at={schedule.updated_at} full />],
          ]}
        />
      )}
      {detail.data && <NextTimes times={detail.data.next} />}
      {detail.data && <History runs={detail.data.runs} />}
    </Drawer>
  );
}

function NextTimes({ times }: { readonly times: readonly number[] }) {
  return (
    <section aria-labelledby="schedule-next">
      <h3 id="schedule-next" className={styles["heading"]}>
        Next runs
      </h3>
      {times.length === 0 ? (
        <p className="muted">Time does not fire it.</p>
      ) : (
        <ol className={styles["times"]}>
          {times.map((at) => (
            <li key={at}>
              <Time at={at} full />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function History({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <section aria-labelledby="schedule-runs">
      <h3 id="schedule-runs" className={styles["heading"]}>
        History
      </h3>
      {runs.length === 0 ? (
        <p className="muted">It has not fired yet.</p>
      ) : (
        <ol className={styles["runs"]} aria-label="Runs, newest first">
          {runs.map((run) => (
            <li key={run.id}>
              <span>
                <span className={classes(isBad(run) && styles["bad"])}>{runText(run)}</span>{" "}
                <span className="muted">by {byText(run.by)}</span>
                {run.reason !== "" && <RowSub>{run.reason}</RowSub>}
                {run.task_id !== "" && (
                  <Link to="/tasks/$id" params={{ id: run.task_id }} className={styles["task"]}>
                    {run.task_id}
                  </Link>
                )}
              </span>
              <Time at={run.at} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
