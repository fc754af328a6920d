import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { toastProblem, toastSaid } from "@/components/toaster";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";
import { plural } from "@/lib/number";
import { incidentDrilling, useDraftsChanged } from "./drafts-queries";

/** Makes drills of everything that was decided about an address, host or user; for those who teach. */
export function IncidentDrills({ entity }: { readonly entity: string }) {
  const { data: me } = useQuery(meQuery);
  const navigate = useNavigate();
  const changed = useDraftsChanged();
  const making = useMutation({
    ...incidentDrilling,
    onSuccess: ({ added, items, undecided, left }) => {
      changed();
      if (added === 0) {
        toastSaid(items.length === 1 ? "Its drill is there already" : "Its drills are there already");
        return;
      }
      const waiting = undecided > 0 ? `; ${plural(undecided, "alert")} without a verdict` : "";
      const later = left > 0 ? `; ${plural(left, "later alert")} left out` : "";
      toastSaid(`${plural(added, "drill")} to approve${waiting}${later}`);
      void navigate({ to: "/practice/drafts" });
    },
    onError: (error) => toastProblem("No drill was made", error),
  });
  if (!may(me, "courses:teach") || !may(me, "alerts:read")) return null;
  return (
    <Button disabled={making.isPending} onClick={() => making.mutate(entity)}>
      {making.isPending ? "Making…" : "Make drills"}
    </Button>
  );
}
