import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "@/components/button";
import { ClockIcon, PlusIcon } from "@/components/icons";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { Panel } from "@/components/panel";
import { Skeleton } from "@/components/skeleton";
import { VirtualTable } from "@/components/virtual-table";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may, type Schedule } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { DeleteDialog } from "./delete-dialog";
import { scheduleColumns } from "./schedule-columns";
import { ScheduleDrawer } from "./schedule-drawer";
import { ScheduleForm } from "./schedule-form";
import type { ScheduleAct } from "./schedule-menu";
import { schedulesQuery } from "./schedule-queries";
import styles from "./schedules-page.module.css";
import { useLiveSchedules } from "./use-live-schedules";

const keyOf = (schedule: Schedule): string => schedule.id;

/** The dialog that is open, and about which schedule. */
type Open = { readonly act: "add" } | { readonly act: ScheduleAct; readonly schedule: Schedule };

export function SchedulesPage() {
  usePageTitle("Schedules");
  useLiveSchedules();
  const { schedule: shown } = useSearch({ from: "/app/schedules" });
  const navigate = useNavigate({ from: "/schedules" });
  const list = useQuery(schedulesQuery);
  const mayChange = may(useQuery(meQuery).data, "schedules:write");
  const [open, setOpen] = useState<Open | undefined>();
  const columns = useMemo(
    () => scheduleColumns(mayChange ? (schedule, act) => setOpen({ act, schedule }) : undefined),
    [mayChange],
  );
  const schedules = list.data?.items ?? [];
  const close = (): void => setOpen(undefined);

  return (
    <>
      <h1 className="visually-hidden">Schedules</h1>
      <OperationsTabs />
      {mayChange && (
        <div className={styles["bar"]}>
          <Button look="primary" onClick={() => setOpen({ act: "add" })}>
            <PlusIcon size={14} /> Add a schedule
          </Button>
        </div>
      )}
      {list.isError && !list.data && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      <Panel hidden={list.isError && !list.data}>
        {list.isPending && <Skeleton rows={5} label="Loading schedules" />}
        {list.data && schedules.length === 0 && (
          <EmptyState title="No schedule so far" icon={<ClockIcon size={22} />}>
            <p>A schedule runs an action at its times, in its intervals, once, or when something happens.</p>
          </EmptyState>
        )}
        {schedules.length > 0 && (
          <VirtualTable
            label="Schedules"
            rows={schedules}
            columns={columns}
            rowKey={keyOf}
            rowClass={() => styles["card"]}
            rowHeight={46}
          />
        )}
      </Panel>
      {shown !== undefined && (
        <ScheduleDrawer id={shown} onClose={() => void navigate({ search: {}, resetScroll: false })} />
      )}
      {open?.act === "add" && <ScheduleForm onClose={close} />}
      {open?.act === "edit" && <ScheduleForm schedule={open.schedule} onClose={close} />}
      {open?.act === "delete" && <DeleteDialog schedule={open.schedule} onClose={close} />}
    </>
  );
}
