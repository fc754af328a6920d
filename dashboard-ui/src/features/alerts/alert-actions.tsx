import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { CheckIcon, EyeIcon, RetryIcon } from "@/components/icons";
import { meQuery } from "@/features/session/session-queries";
import { SuppressButton } from "@/features/suppressions/suppress-dialog";
import { type Alert, type AlertSample, may } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import { useTriage } from "./use-triage";

interface ActionsProps {
  readonly alert: Alert;
  /** The newest event, whose fields a suppression may name. */
  readonly sample: AlertSample | undefined;
}

/** What can be done about an alert. Everything can be taken back. */
export function AlertActions({ alert, sample }: ActionsProps) {
  const { data: me } = useQuery(meQuery);
  const triage = useTriage();
  const allowed = may(me, "alerts:write");

  useShortcut("a", () => triage(alert, { status: "acknowledged" }), allowed && alert.status === "open");
  useShortcut("c", () => triage(alert, { status: "closed" }), allowed && alert.status !== "closed");

  if (!allowed) return <p className="muted">Your role ({me?.role}) can read alerts but not change them.</p>;
  return (
    <>
      <SuppressButton alert={alert} sample={sample} />
      {alert.status === "open" && (
        <Button onClick={() => triage(alert, { status: "acknowledged" })}>
          <EyeIcon /> Acknowledge
        </Button>
      )}
      {alert.status === "closed" ? (
        <Button onClick={() => triage(alert, { status: "open" })}>
          <RetryIcon /> Reopen
        </Button>
      ) : (
        <Button look="primary" onClick={() => triage(alert, { status: "closed" })}>
          <CheckIcon /> Close
        </Button>
      )}
    </>
  );
}
