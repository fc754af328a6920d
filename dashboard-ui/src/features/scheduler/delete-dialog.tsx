import { useQueryClient } from "@tanstack/react-query";
import { Ask } from "@/components/ask";
import type { Schedule } from "@/lib/model";
import { deleteSchedule, refreshSchedules } from "./schedule-queries";

interface DeleteDialogProps {
  readonly schedule: Schedule;
  readonly onClose: () => void;
}

export function DeleteDialog({ schedule, onClose }: DeleteDialogProps) {
  const queryClient = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteSchedule(schedule.id).finally(() => refreshSchedules(queryClient));
    onClose();
  };
  return (
    <Ask title={`Delete ${schedule.name}?`} go="Delete" onGo={remove} onClose={onClose}>
      <p>It fires no more. Its tasks and its history stay.</p>
    </Ask>
  );
}
