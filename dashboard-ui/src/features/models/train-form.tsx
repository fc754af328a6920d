import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { Segmented } from "@/components/segmented";
import { TextArea } from "@/components/text-area";
import { toastSaid } from "@/components/toaster";
import { taskKeys } from "@/features/tasks/task-queries";
import { asProblem } from "@/lib/problem";
import { startTraining } from "./model-queries";
import { BUDGETS, FRESH, KINDS, SPLITS, type TrainTexts, trainingOf } from "./train-draft";
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
      const { detail, title } = asProblem(failure);
      setError(detail || title);
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
            hint="Models of one line take each other's place."
            required
            pattern="[a-z][a-z0-9\-]{0,39}"
            autoComplete="off"
            value={texts.line}
            onChange={(event) => change({ line: event.target.value })}
          />
          <Choice name="Model">
            <Select label="Model" value={texts.kind} options={KINDS} onChange={(kind) => change({ kind })} />
          </Choice>
        </div>
        <Rows texts={texts} onChange={change} />
        <div className={styles["pair"]}>
          <Choice name="Rows to measure on are told apart">
            <Select
              label="Rows to measure on are told apart"
              value={texts.split}
              options={SPLITS}
              onChange={(split) => change({ split })}
            />
          </Choice>
          <Choice name="The threshold may cost">
            <Select
              label="The threshold may cost"
              value={texts.fpr}
              options={BUDGETS}
              onChange={(fpr) => change({ fpr })}
            />
          </Choice>
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

interface RowsProps {
  readonly texts: TrainTexts;
  readonly onChange: (changes: Partial<TrainTexts>) => void;
}

/** Where the rows come from. */
function Rows({ texts, onChange }: RowsProps) {
  return (
    <div className={styles["rows"]}>
      <Segmented
        legend="Rows come from"
        value={texts.from}
        options={[
          ["events", "Stored events"],
          ["table", "A table on the server"],
        ]}
        onChange={(from) => onChange({ from })}
      />
      {texts.from === "events" ? (
        <>
          <p className={styles["hint"]}>
            Network flows, labelled by verdicts and by alerts of rules; what nothing was said of counts as
            benign.
          </p>
          <Field
            label="Events at most"
            hint="The newest ones."
            type="number"
            min={50}
            max={1_000_000}
            required
            value={texts.most}
            onChange={(event) => onChange({ most: event.target.value })}
          />
          <TextArea
            label="Only events with"
            hint="One term a line, as on the page of events: source=office, dst_port=443. Empty for all."
            code
            rows={2}
            value={texts.where}
            onChange={(event) => onChange({ where: event.target.value })}
          />
        </>
      ) : (
        <>
          <Field
            label="Path"
            hint="CSV, Parquet or NSL-KDD, in a folder that sources may read."
            required
            autoComplete="off"
            value={texts.path}
            onChange={(event) => onChange({ path: event.target.value })}
          />
          <Field
            label="Label column"
            required
            autoComplete="off"
            value={texts.label}
            onChange={(event) => onChange({ label: event.target.value })}
          />
          {texts.split === "time" && (
            <Field
              label="Column with the time"
              required
              autoComplete="off"
              value={texts.timeColumn}
              onChange={(event) => onChange({ timeColumn: event.target.value })}
            />
          )}
          {texts.split === "host" && (
            <Field
              label="Column with the host"
              required
              autoComplete="off"
              value={texts.hostColumn}
              onChange={(event) => onChange({ hostColumn: event.target.value })}
            />
          )}
        </>
      )}
    </div>
  );
}

function Choice({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className={styles["choice"]}>
      <span aria-hidden="true">{name}</span>
      {children}
    </div>
  );
}
