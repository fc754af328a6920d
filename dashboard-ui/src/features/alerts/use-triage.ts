import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toastProblem, toastUndo } from "@/components/toaster";
import { type Alert, type AlertPatch, type AlertStatus, VERDICT_NAMES } from "@/lib/model";
import { mergeIntoDetails, mergeIntoLists } from "./alert-cache";
import { alertKeys, patchAlert } from "./alert-queries";

interface Change {
  readonly alert: Alert;
  readonly patch: AlertPatch;
  /** Taking back needs no offer to take back. */
  readonly isUndo?: boolean;
}

const DONE: Record<AlertStatus, string> = {
  open: "Reopened",
  acknowledged: "Acknowledged",
  closed: "Closed",
};

function said({ patch }: Change): string {
  if (patch.verdict && patch.verdict !== "undecided")
    return `Marked as ${VERDICT_NAMES[patch.verdict].toLowerCase()}`;
  if (patch.verdict) return "Verdict removed";
  return patch.status ? DONE[patch.status] : "Changed";
}

/** Changes an alert at once on the screen, then on the server; offers undo, or says why it did not work. */
export function useTriage(): (alert: Alert, patch: AlertPatch) => void {
  const queryClient = useQueryClient();

  const show = (alert: Alert): void => {
    mergeIntoLists(queryClient, [alert]);
    mergeIntoDetails(queryClient, [alert]);
  };

  const change = useMutation({
    mutationFn: ({ alert, patch }: Change) => patchAlert(alert.id, patch),
    onMutate: ({ alert, patch }) => show({ ...alert, ...patch }),
    onSuccess: (saved, change_) => {
      show(saved);
      void queryClient.invalidateQueries({ queryKey: alertKeys.overview });
      void queryClient.invalidateQueries({ queryKey: alertKeys.detail(saved.id) });
      if (change_.isUndo) return;
      const back: AlertPatch = {
        ...(change_.patch.status && { status: change_.alert.status }),
        ...(change_.patch.verdict && { verdict: change_.alert.verdict }),
      };
      toastUndo(saved.id, `${said(change_)}: ${saved.title}`, () => {
        change.mutate({ alert: saved, patch: back, isUndo: true });
      });
    },
    onError: (error, { alert }) => {
      show(alert);
      toastProblem("The alert was not changed", error);
    },
  });

  return (alert, patch) => change.mutate({ alert, patch });
}
