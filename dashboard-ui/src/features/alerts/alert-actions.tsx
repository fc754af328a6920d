import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { CheckIcon, ChevronDownIcon, EyeIcon, RetryIcon } from "@/components/icons";
import { Menu, MenuChoice } from "@/components/menu";
import { meQuery } from "@/features/session/session-queries";
import { type Alert, may, VERDICT_NAMES, VERDICTS } from "@/lib/model";
import { useShortcut } from "@/lib/shortcuts";
import { useTriage } from "./use-triage";

const VERDICT_OPTIONS = VERDICTS.map((verdict) => [verdict, VERDICT_NAMES[verdict]] as const);

/** What can be decided about an alert. Everything can be taken back. */
export function AlertActions({ alert }: { readonly alert: Alert }) {
  const { data: me } = useQuery(meQuery);
  const triage = useTriage();
  const allowed = may(me, "alerts:write");

  useShortcut("a", () => triage(alert, { status: "acknowledged" }), allowed && alert.status === "open");
  useShortcut("c", () => triage(alert, { status: "closed" }), allowed && alert.status !== "closed");

  if (!allowed) return <p className="muted">Your role ({me?.role}) can read alerts but not change them.</p>;
  return (
    <>
      <Menu
        trigger={
          <Button>
            {alert.verdict === "undecided" ? "Verdict" : VERDICT_NAMES[alert.verdict]} <ChevronDownIcon />
          </Button>
        }
      >
        <MenuChoice
          label="Verdict"
          value={alert.verdict}
          options={VERDICT_OPTIONS}
          onChange={(verdict) => verdict !== alert.verdict && triage(alert, { verdict })}
        />
      </Menu>
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
