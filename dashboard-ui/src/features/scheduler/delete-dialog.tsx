import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { ProblemPanel } from "@/components/notice";
import type { Schedule } from "@/lib/model";
import styles from "./schedule-form.module.css";
import { deleteSchedule, refreshSchedules } from "./schedule-queries";

interface DeleteDialogProps {
  readonly schedule: Schedule;
  readonly onClose: () => void;
}

export function DeleteDialog({ schedule, onClose }: DeleteDialogProps) {
  const queryClient = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await deleteSchedule(schedule.id);
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
    refreshSchedules(queryClient);
  };
  return (
    <Modal title={`Delete ${schedule.name}?`} open onClose={onClose}>
      <div className={styles["form"]}>
        <p>It fires no more. Its tasks and its history stay.</p>
        {error !== undefined && <ProblemPanel error={error} />}
        <FormFoot>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={busy} onClick={() => void remove()}>
            Delete
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}
