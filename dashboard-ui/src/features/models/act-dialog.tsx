import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { toastSaid } from "@/components/toaster";
import type { Model } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { asProblem } from "@/lib/problem";
import { decideOnModel, deployModel, refreshModels } from "./model-queries";
import { actName, figure, findsNothing, type ModelAct, percent } from "./model-words";
import styles from "./train-form.module.css";

interface ActDialogProps {
  readonly model: Model;
  readonly act: ModelAct;
  readonly onClose: () => void;
}

/** What the act brings about, before it is done. */
function consequence(act: ModelAct, { name, line, stage, request }: Model): string {
  switch (act) {
    case "shadow":
      return `${name} judges every event of its kind, and what it says is only counted. The shadow before it judges no more.`;
    case "canary":
      return `${name} decides for a share of the entities; the champion decides for the others.`;
    case "promote":
      return request === null
        ? `${name} becomes the champion of ${line}; the one before is kept and can be rolled back to. Where two people have to agree, this asks for the second one.`
        : `${request.by_name} asked for it. With your agreement ${name} becomes the champion of ${line}.`;
    case "rollback":
      return stage === "promoted"
        ? `${name} decides no more. The champion that it had replaced decides again, where there is one.`
        : `${name} judges no more.`;
    case "retire":
      return `${name} never judges again. Its file and its history stay.`;
    default:
      return act satisfies never;
  }
}

/** Ask before a model is let judge, or taken out. */
export function ActDialog({ model, act, onClose }: ActDialogProps) {
  const queryClient = useQueryClient();
  const [share, setShare] = useState(String(Math.round((model.share || 0.1) * 1_000) / 10));
  const [adapts, setAdapts] = useState(model.adapts);
  const [note, setNote] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const title = actName(act, model);

  const go = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const done =
        act === "shadow" || act === "canary"
          ? await deployModel(model.id, act, act === "canary" ? Number(share) / 100 : 1, adapts, note.trim())
          : await decideOnModel(model.id, act, note.trim());
      const isAsked = act === "promote" && done.stage !== "promoted";
      toastSaid(
        isAsked ? `Asked for: another person has to agree to ${done.name}` : `Done: ${title}, ${done.name}`,
      );
      onClose();
    } catch (failure) {
      const { detail, title: why } = asProblem(failure);
      setError(detail || why);
      setBusy(false);
    }
    refreshModels(queryClient);
  };

  return (
    <Modal title={`${title}: ${model.name}`} open onClose={onClose}>
      <form className={styles["form"]} onSubmit={(event) => void go(event)}>
        <p>{consequence(act, model)}</p>
        {act === "promote" && (
          <p className={styles["hint"]}>
            ROC AUC {figure(model.scores.roc_auc)}, recall at 0.1 % {percent(model.scores.recall_at_01, 1)},
            false positives {percent(model.scores.realised_fpr)} where {percent(model.scores.fpr_target)} are
            allowed.
          </p>
        )}
        {["shadow", "canary", "promote"].includes(act) && findsNothing(model.scores) && (
          <p className={styles["hint"]}>
            At its threshold it found none of the {formatNumber(model.scores.bad)} bad rows that it was
            measured on: it is likely to find nothing here, too. Trained with more false positives allowed, it
            has a lower one.
          </p>
        )}
        {act === "canary" && (
          <Field
            label="Share of the entities, in percent"
            type="number"
            min={0.1}
            max={100}
            step={0.1}
            required
            value={share}
            onChange={(event) => setShare(event.target.value)}
          />
        )}
        {(act === "shadow" || act === "canary") && model.can_adapt && (
          <label className={styles["switch"]}>
            <input type="checkbox" checked={adapts} onChange={(event) => setAdapts(event.target.checked)} />
            <span>
              It goes on learning{" "}
              <span className={styles["hint"]}>
                from what it finds usual; what comes near the threshold teaches nothing.
              </span>
            </span>
          </label>
        )}
        <Field
          label="Why"
          hint="Stands in the model's history; may be empty."
          maxLength={1_000}
          autoComplete="off"
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <FormFoot error={error}>
          <Button onClick={onClose}>Leave it as it is</Button>
          <Button type="submit" look="primary" disabled={busy}>
            {title}
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
