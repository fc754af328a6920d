import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Choice, Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { Skeleton } from "@/components/skeleton";
import { TextArea } from "@/components/text-area";
import { toastSaid } from "@/components/toaster";
import { actionsQuery } from "@/features/tasks/task-queries";
import type { Schedule } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import { InputHint } from "./input-hint";
import styles from "./schedule-form.module.css";
import { changeSchedule, createSchedule, refreshSchedules } from "./schedule-queries";
import { draftOf, type ScheduleTexts, textsOf } from "./schedule-texts";
import { MISFIRES, OVERLAPS } from "./schedule-words";
import { TriggerFields } from "./trigger-fields";

interface ScheduleFormProps {
  /** The schedule to change; a new one without it. */
  readonly schedule?: Schedule;
  readonly onClose: () => void;
}

/** Add a schedule, or state one anew. */
export function ScheduleForm({ schedule, onClose }: ScheduleFormProps) {
  const actions = useQuery(actionsQuery);
  const inputs = new Map(actions.data?.items.map(({ name, input }) => [name, input] as const));
  return (
    <Modal
      title={schedule === undefined ? "Add a schedule" : `Edit ${schedule.name}`}
      open
      onClose={onClose}
      wide
    >
      {actions.isPending ? (
        <Skeleton rows={4} label="Loading what can be scheduled" />
      ) : (
        <Form schedule={schedule} inputs={inputs} onClose={onClose} />
      )}
    </Modal>
  );
}

interface FormProps {
  readonly schedule: Schedule | undefined;
  /** The schema of the input of each action that can be asked for. */
  readonly inputs: ReadonlyMap<string, Record<string, unknown>>;
  readonly onClose: () => void;
}

function Form({ schedule, inputs, onClose }: FormProps) {
  const known = schedule === undefined ? inputs.keys() : [...inputs.keys(), schedule.action];
  const actions = [...new Set(known)].toSorted();
  const queryClient = useQueryClient();
  const [texts, setTexts] = useState(() => textsOf(schedule, actions[0] ?? ""));
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const change = (changes: Partial<ScheduleTexts>): void => setTexts((before) => ({ ...before, ...changes }));

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const draft = draftOf(texts, schedule);
    if (typeof draft === "string") return setError(draft);
    setBusy(true);
    setError(undefined);
    try {
      await (schedule === undefined
        ? createSchedule(draft)
        : changeSchedule(schedule.id, draft, schedule.version));
      toastSaid(`Saved: ${draft.name}`);
      onClose();
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
    refreshSchedules(queryClient);
  };

  return (
    <form className={styles["form"]} onSubmit={(event) => void save(event)}>
      <div className={styles["pair"]}>
        <Field
          label="Name"
          required
          maxLength={200}
          autoComplete="off"
          value={texts.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <Choice
          label="Action"
          value={texts.action}
          options={actions.map((name) => [name, name] as const)}
          onChange={(action) => change({ action })}
        />
      </div>
      <TriggerFields texts={texts} onChange={change} />
      <TextArea
        label="Input"
        hint={<InputHint schema={inputs.get(texts.action)} />}
        code
        rows={4}
        value={texts.input}
        onChange={(event) => change({ input: event.target.value })}
      />
      <div className={styles["pair"]}>
        <Choice
          label="While the one before still runs"
          value={texts.overlap}
          options={OVERLAPS}
          onChange={(overlap) => change({ overlap })}
        />
        <Choice
          label="Times that were missed"
          value={texts.misfire}
          options={MISFIRES}
          onChange={(misfire) => change({ misfire })}
        />
        <Field
          label="Jitter"
          hint="Each time is put off by up to so many seconds."
          type="number"
          min={0}
          value={texts.jitter}
          onChange={(event) => change({ jitter: event.target.value })}
        />
      </div>
      <FormFoot error={error} sticky>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy}>
          {schedule === undefined ? "Add the schedule" : "Save"}
        </Button>
      </FormFoot>
    </form>
  );
}
