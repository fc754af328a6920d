import { useQueryClient } from "@tanstack/react-query";
import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem, MenuSeparator } from "@/components/menu";
import { toastProblem, toastSaid, toastUndo } from "@/components/toaster";
import type { Schedule } from "@/lib/model";
import { enableSchedule, refreshSchedules, triggerSchedule } from "./schedule-queries";

export type ScheduleAct = "edit" | "delete";

interface ScheduleMenuProps {
  readonly schedule: Schedule;
  readonly onAct: (schedule: Schedule, act: ScheduleAct) => void;
}

/** What a person may do about a schedule; NetSentinel's own can be paused and triggered, not changed. */
export function ScheduleMenu({ schedule, onAct }: ScheduleMenuProps) {
  const queryClient = useQueryClient();
  const { id, name, enabled } = schedule;

  const trigger = async (): Promise<void> => {
    try {
      await triggerSchedule(id);
      toastSaid(`Triggered: ${name}`);
    } catch (error) {
      toastProblem("The schedule was not triggered", error);
    }
    refreshSchedules(queryClient);
  };

  const enable = async (on: boolean, isUndo: boolean): Promise<void> => {
    try {
      await enableSchedule(id, on);
      if (!isUndo) toastUndo(id, `${on ? "Enabled" : "Disabled"}: ${name}`, () => void enable(!on, true));
    } catch (error) {
      toastProblem("The schedule was not changed", error);
    }
    refreshSchedules(queryClient);
  };

  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${name}`} size="sm">
          <MoreIcon />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => void trigger()}>Trigger now</MenuItem>
      <MenuItem onSelect={() => void enable(!enabled, false)}>{enabled ? "Disable" : "Enable"}</MenuItem>
      {!schedule.is_system && <MenuItem onSelect={() => onAct(schedule, "edit")}>Edit</MenuItem>}
      {!schedule.is_system && <MenuSeparator />}
      {!schedule.is_system && <MenuItem onSelect={() => onAct(schedule, "delete")}>Delete</MenuItem>}
    </Menu>
  );
}
