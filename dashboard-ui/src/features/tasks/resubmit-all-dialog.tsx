import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { ProblemPanel } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { Resubmission } from "@/lib/model";
import { plural } from "@/lib/number";
import { deadLetterKeys, MOST_RESUBMITTED, refreshLetters, resubmitMatching } from "./dead-letter-queries";
import type { DeadLetterSearch } from "./dead-letter-search";
import styles from "./dialogs.module.css";

interface ResubmitAllProps {
  readonly search: DeadLetterSearch;
  readonly onClose: () => void;
}

/** Every unresolved dead letter that the filters name: first a dry run that says which, then the real one. */
export function ResubmitAllDialog({ search, onClose }: ResubmitAllProps) {
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const dry = useQuery({
    queryKey: [...deadLetterKeys.all, "dry-run", search],
    queryFn: () => resubmitMatching(search, true),
    retry: false,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

  const resubmit = async (): Promise<void> => {
    setBusy(true);
    try {
      const { items, refused } = await resubmitMatching(search, false);
      const rest = refused.length > 0 ? `, ${refused.length} refused` : "";
      toastSaid(`Resubmitted ${plural(items.length, "dead letter")}${rest}`);
      onClose();
    } catch (error) {
      toastProblem("Not all were resubmitted", error);
      setBusy(false);
    }
    refreshLetters(queryClient);
  };

  return (
    <Modal title="Resubmit all that match" open onClose={onClose} wide>
      {dry.isFetching && <Skeleton rows={3} label="Trying it without doing it" />}
      {!dry.isFetching && dry.isError && (
        <ProblemPanel error={dry.error} onRetry={() => void dry.refetch()} />
      )}
      {!dry.isFetching && dry.data && (
        <div className={styles["stack"]}>
          <DryRun made={dry.data} />
          <FormFoot>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" disabled={busy || willGo(dry.data) === 0} onClick={() => void resubmit()}>
              Resubmit {willGo(dry.data)}
            </Button>
          </FormFoot>
        </div>
      )}
    </Modal>
  );
}

const willGo = ({ matched, refused }: Resubmission): number => matched - refused.length;

function DryRun({ made }: { readonly made: Resubmission }) {
  const actions = new Map<string, number>();
  for (const { action } of made.items) actions.set(action, (actions.get(action) ?? 0) + 1);
  return (
    <>
      <p role="status">
        {plural(made.matched, "unresolved dead letter")} {made.matched === 1 ? "matches" : "match"}
        {made.matched === MOST_RESUBMITTED && "; more may follow when these are done"}.
      </p>
      <ul className={styles["list"]}>
        {[...actions].map(([action, count]) => (
          <li key={action}>
            <strong>{action}</strong> <span className="muted">× {count}</span>
          </li>
        ))}
      </ul>
      {made.refused.length > 0 && (
        <>
          <p>{made.refused.length} of them would be refused:</p>
          <ul className={styles["list"]}>
            {made.refused.map(({ id, reason }) => (
              <li key={id}>
                <code>{id}</code> {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
