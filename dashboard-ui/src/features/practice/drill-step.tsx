import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, buttonClass } from "@/components/button";
import { toastProblem } from "@/components/toaster";
import { meQuery } from "@/features/session/session-queries";
import { type Alert, may } from "@/lib/model";
import { drillDueQuery, drilling, drillQuery, useDraftsChanged } from "./drafts-queries";

interface StepProps {
  readonly alert: Alert;
}

/** An alert as a drill: made by those who teach once somebody decided it, approved, and then judged by everybody. */
export function DrillStep({ alert }: StepProps) {
  const { data: me } = useQuery(meQuery);
  if (may(me, "courses:teach")) return <TeacherStep alert={alert} />;
  return may(me, "courses:learn") ? <LearnerStep alert={alert} /> : null;
}

function TeacherStep({ alert }: StepProps) {
  const navigate = useNavigate();
  const changed = useDraftsChanged();
  const found = useQuery(drillQuery(alert.id));
  const making = useMutation({
    ...drilling,
    onSuccess: ({ id }) => {
      changed();
      void navigate({ to: "/practice/drafts", hash: id });
    },
    onError: (error) => toastProblem("No drill was made", error),
  });
  if (!found.data) return null;
  const [drill] = found.data.items;
  if (drill?.state === "approved") return <Start alert={alert} />;
  if (drill?.state === "draft")
    return (
      <Link to="/practice/drafts" hash={drill.id} className={buttonClass({ size: "sm" })}>
        Approve its drill
      </Link>
    );
  if (drill) return <p className="muted">Its drill was discarded.</p>;
  if (alert.verdict === "undecided")
    return <p className="muted">Once somebody decided what it was, it can become a drill for everybody.</p>;
  return (
    <Button size="sm" disabled={making.isPending} onClick={() => making.mutate(alert.id)}>
      {making.isPending ? "Making…" : "Make a drill"}
    </Button>
  );
}

/** Learners see a drill while it is due to them. */
function LearnerStep({ alert }: StepProps) {
  const due = useQuery(drillDueQuery(alert.id));
  return due.data && due.data.items.length > 0 ? <Start alert={alert} /> : null;
}

function Start({ alert }: StepProps) {
  return (
    <Link to="/practice" search={{ source: alert.id }} className={buttonClass({ size: "sm" })}>
      Start a drill
    </Link>
  );
}
