import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { Field } from "@/components/field";
import { Modal } from "@/components/modal";
import { toastProblem } from "@/components/toaster";
import { meQuery } from "@/features/session/session-queries";
import { may, type RuleDetail } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import styles from "./rule-page.module.css";
import { removeRule, ruleKeys } from "./rule-queries";
import { useSwitch } from "./use-switch";

export function RuleActions({ detail }: { readonly detail: RuleDetail }) {
  const { rule } = detail;
  const { data: me } = useQuery(meQuery);
  const [asking, setAsking] = useState<"disable" | "remove" | null>(null);
  const change = useSwitch();
  const mayWrite = may(me, "rules:write");
  const isOn = rule.state === "enabled";
  const flip = (): void => (isOn ? setAsking("disable") : change(rule, true));
  useShortcut("e", () => mayWrite && rule.state !== "failing" && flip());

  return (
    <>
      <Link to="/alerts" search={{ rule: rule.id, status: "all" }} className={buttonClass({ look: "quiet" })}>
        Its alerts
      </Link>
      {mayWrite && detail.removable && (
        <Button look="quiet" onClick={() => setAsking("remove")}>
          Remove
        </Button>
      )}
      {mayWrite && rule.state !== "failing" && (
        <Button look={isOn ? "secondary" : "primary"} onClick={flip}>
          {isOn ? "Disable" : "Enable"}
        </Button>
      )}
      <DisableDialog
        open={asking === "disable"}
        onClose={() => setAsking(null)}
        onDisable={(note) => {
          setAsking(null);
          change(rule, false, note);
        }}
      />
      <RemoveDialog open={asking === "remove"} onClose={() => setAsking(null)} detail={detail} />
    </>
  );
}

interface DisableProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDisable: (note: string) => void;
}

function DisableDialog({ open, onClose, onDisable }: DisableProps) {
  const [note, setNote] = useState("");
  return (
    <Modal title="Disable this rule" open={open} onClose={onClose}>
      <form
        className={styles["dialog"]}
        onSubmit={(event) => {
          event.preventDefault();
          onDisable(note.trim());
        }}
      >
        <p>It no longer looks at your tenant's events. Other tenants keep it.</p>
        <Field
          label="Why (for whoever finds it disabled)"
          value={note}
          maxLength={500}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className={styles["dialogActions"]}>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary">
            Disable
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface RemoveProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly detail: RuleDetail;
}

function RemoveDialog({ open, onClose, detail }: RemoveProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => removeRule(detail.rule.id),
    onSuccess: async () => {
      await navigate({ to: "/rules" });
      queryClient.removeQueries({ queryKey: ruleKeys.detail(detail.rule.id) });
      void queryClient.invalidateQueries({ queryKey: ruleKeys.lists });
    },
    onError: (error) => {
      onClose();
      toastProblem("The rule was not removed", error);
    },
  });
  return (
    <Modal title="Remove this rule" open={open} onClose={onClose}>
      <div className={styles["dialog"]}>
        <p>
          Its text is deleted from the server. What it found stays. To keep the text and find nothing, disable
          it.
        </p>
        <div className={styles["dialogActions"]}>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button look="primary" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Remove
          </Button>
        </div>
      </div>
    </Modal>
  );
}
