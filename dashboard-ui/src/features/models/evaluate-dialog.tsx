import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { taskKeys } from "@/features/tasks/task-queries";
import type { Model } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import { startEvaluation } from "./model-queries";
import { RowsFields } from "./rows-fields";
import { evaluationOf, FRESH } from "./train-draft";
import styles from "./train-form.module.css";

interface EvaluateProps {
  readonly model: Model;
  readonly onClose: () => void;
}

/** Measure a model on rows that it did not learn from. */
export function EvaluateDialog({ model, onClose }: EvaluateProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [texts, setTexts] = useState({ ...FRESH, from: model.servable ? FRESH.from : ("table" as const) });
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);

  const start = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const task = await startEvaluation(model.id, evaluationOf(texts));
      onClose();
      await navigate({ to: "/models/evaluations/$id", params: { id: task.id } });
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
    void queryClient.invalidateQueries({ queryKey: taskKeys.lists });
  };

  return (
    <Modal title={`Evaluate ${model.name}`} open onClose={onClose} wide>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <p>{model.name} judges these rows with the threshold that it has; it learns nothing from them.</p>
        <RowsFields texts={texts} onChange={(changes) => setTexts((before) => ({ ...before, ...changes }))} />
        <FormFoot error={error} sticky>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy}>
            Evaluate
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
