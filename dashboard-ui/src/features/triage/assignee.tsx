import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { toastProblem } from "@/components/toaster";
import type { Alert, Me } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import { assigneesQuery, postAssignment } from "./triage-queries";
import styles from "./triage-section.module.css";
import { useShow } from "./use-show";

/** Who looks after an alert. */
export function Assignee({ alert, me }: { readonly alert: Alert; readonly me: Me }) {
  const { data } = useQuery(assigneesQuery);
  const show = useShow();
  const assign = useMutation({
    mutationFn: (assignee: string) => postAssignment(alert.id, assignee),
    onSuccess: (saved) => show([saved]),
    onError: (error) => toastProblem("The alert was not assigned", error),
  });
  const people = data?.items ?? [];
  const options = new Map([["", "Nobody"], ...people.map(({ id, name }) => [id, name] as const)]);
  // Somebody who may no longer be chosen still looks after it.
  if (!options.has(alert.assignee)) options.set(alert.assignee, alert.assignee_name);
  const canTake = alert.assignee !== me.id && people.some(({ id }) => id === me.id);

  useShortcut("m", () => assign.mutate(me.id), canTake);

  return (
    <div className={styles["assignee"]}>
      <span className={styles["who"]}>Assigned to</span>
      <Select
        label="Assigned to"
        value={alert.assignee}
        options={[...options]}
        onChange={(id) => assign.mutate(id)}
      />
      {canTake && (
        <Button onClick={() => assign.mutate(me.id)} disabled={assign.isPending} aria-keyshortcuts="m">
          Assign to me
        </Button>
      )}
    </div>
  );
}
