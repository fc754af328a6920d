import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Choice, Field } from "@/components/field";
import { ProblemPanel } from "@/components/notice";
import { toastUndo } from "@/components/toaster";
import { patchAlert } from "@/features/alerts/alert-queries";
import { useShow } from "@/features/triage/use-show";
import type { Alert, AlertSample, Condition, Verdict } from "@/lib/model";
import { nowMicros } from "@/lib/time";
import { ConditionsEditor } from "./conditions-editor";
import { Preview } from "./preview";
import { firstDrafts, proposals, toConditions } from "./scope";
import styles from "./suppress-form.module.css";
import { createSuppression, liftSuppression, suppressionKeys } from "./suppression-queries";

const DAY = 86_400_000_000;
const LASTS = [
  ["1", "1 day"],
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
  ["0", "For good"],
] as const;
const AFTERWARDS = [
  ["", "Leave it as it is"],
  ["benign", "Close it as benign"],
  ["false_positive", "Close it as a false positive"],
] as const;

interface FormProps {
  readonly alert: Alert;
  readonly sample: AlertSample | undefined;
  readonly onDone: () => void;
}

/** Which findings, why and how long; beside it, what that would have hidden. */
export function SuppressForm({ alert, sample, onDone }: FormProps) {
  const [drafts, setDrafts] = useState(() => firstDrafts(alert));
  const [reason, setReason] = useState("");
  const [days, setDays] = useState("30");
  const [verdict, setVerdict] = useState<"" | Verdict>("");
  const conditions = toConditions(drafts);
  const create = useCreate(alert, onDone);
  const ready = conditions !== undefined && reason.trim() !== "" && !create.isPending;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    const expiresAt = days === "0" ? 0 : nowMicros() + Number(days) * DAY;
    create.mutate({ conditions, reason: reason.trim(), expiresAt, verdict });
  };

  return (
    <form className={styles["form"]} onSubmit={submit}>
      <div className={styles["inputs"]}>
        <ConditionsEditor drafts={drafts} proposals={proposals(alert, sample)} onChange={setDrafts} />
        <Field
          label="Reason"
          placeholder="Why are these findings not worth an alert?"
          value={reason}
          maxLength={1_000}
          required
          onChange={(event) => setReason(event.target.value)}
        />
        <Choice label="It lasts" value={days} options={LASTS} onChange={setDays} />
        <Choice label="This alert" value={verdict} options={AFTERWARDS} onChange={setVerdict} />
      </div>
      <Preview conditions={conditions} />
      {create.isError && <ProblemPanel error={create.error} />}
      <div className={styles["foot"]}>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="primary" disabled={!ready}>
          Suppress
        </Button>
      </div>
    </form>
  );
}

interface Wanted {
  readonly conditions: readonly Condition[];
  readonly reason: string;
  readonly expiresAt: number;
  readonly verdict: "" | Verdict;
}

function useCreate(alert: Alert, onDone: () => void) {
  const queryClient = useQueryClient();
  const show = useShow();
  const refresh = (): void => void queryClient.invalidateQueries({ queryKey: suppressionKeys.lists });
  return useMutation({
    mutationFn: async ({ verdict, ...wanted }: Wanted) => {
      const made = await createSuppression({ ...wanted, alertId: alert.id });
      const closed = verdict === "" ? undefined : await patchAlert(alert.id, { status: "closed", verdict });
      return { made, closed };
    },
    onSuccess: ({ made, closed }) => {
      refresh();
      if (closed !== undefined) show([closed]);
      toastUndo(
        made.id,
        "Findings like this are suppressed",
        () => void liftSuppression(made.id).finally(refresh),
      );
      onDone();
    },
  });
}
