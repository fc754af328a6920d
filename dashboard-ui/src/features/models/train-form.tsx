import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Choice, Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { toastSaid } from "@/components/toaster";
import { taskKeys } from "@/features/tasks/task-queries";
import { sentenceOf } from "@/lib/problem";
import { startTraining } from "./model-queries";
import { RowsFields } from "./rows-fields";
import { BUDGETS, FRESH, KINDS, lineHint, SPLITS, type TrainTexts, trainingOf } from "./train-draft";
import styles from "./train-form.module.css";

/** Ask for a model: what it learns from, how it is measured, and what it may cost. */
export function TrainForm({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [texts, setTexts] = useState(FRESH);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const change = (changes: Partial<TrainTexts>): void => setTexts((before) => ({ ...before, ...changes }));

  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await startTraining(trainingOf(texts));
      toastSaid("The training has been queued");
      onClose();
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
    void queryClient.invalidateQueries({ queryKey: taskKeys.lists });
  };

  return (
    <Modal title="Train a model" open onClose={onClose} wide>
      <form className={styles["form"]} onSubmit={(event) => void start(event)}>
        <div className={styles["pair"]}>
          <Field
            label="Line"
            hint={lineHint(texts)}
            pattern="[a-z][a-z0-9\-]{0,39}"
            autoComplete="off"
            value={texts.line}
            onChange={(event) => change({ line: event.target.value })}
          />
          <Choice label="Model" value={texts.kind} options={KINDS} onChange={(kind) => change({ kind })} />
        </div>
        <RowsFields texts={texts} onChange={change} splits />
        <div className={styles["pair"]}>
          <Choice
            label="Rows to measure on are told apart"
            value={texts.split}
            options={SPLITS}
            onChange={(split) => change({ split })}
          />
          <Choice
            label="The threshold may cost"
            value={texts.fpr}
            options={BUDGETS}
            onChange={(fpr) => change({ fpr })}
          />
          <Field
            label="Look for better parameters"
            hint="Minutes; 0 takes the model's own."
            type="number"
            min={0}
            max={60}
            value={texts.search}
            onChange={(event) => change({ search: event.target.value })}
          />
          <Field
            label="Seed"
            hint="The same rows and seed give the same model."
            type="number"
            min={0}
            required
            value={texts.seed}
            onChange={(event) => change({ seed: event.target.value })}
          />
        </div>
        <Field
          label="Note"
          hint="For people; may be empty."
          maxLength={1_000}
          autoComplete="off"
          value={texts.note}
          onChange={(event) => change({ note: event.target.value })}
        />
        <FormFoot error={error} sticky>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy}>
            Start the training
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
