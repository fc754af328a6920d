import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { ProblemPanel } from "@/components/notice";
import { Progress } from "@/components/progress";
import { Facts, Section } from "@/components/section";
import { Time } from "@/components/time";
import { useAsking } from "@/features/requests/asking";
import { asPageError, isEndOnPurpose } from "@/features/requests/failure";
import { meQuery } from "@/features/session/session-queries";
import { asRecord } from "@/lib/json";
import type { Progress as Step } from "@/lib/live";
import { may, type RuleSummary } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import styles from "./backtest-section.module.css";

type Stage =
  | { readonly name: "idle" }
  | { readonly name: "running"; readonly step?: Step }
  | { readonly name: "done"; readonly result: unknown }
  | { readonly name: "failed"; readonly error: unknown };

/** What the rule would have found in the events that are stored. It goes on, in the tray, when the page is left. */
export function BacktestSection({ rule }: { readonly rule: RuleSummary }) {
  const { ask } = useAsking();
  const [stage, setStage] = useState<Stage>({ name: "idle" });
  if (!may(useQuery(meQuery).data, "events:hunt")) return null;

  const run = async (): Promise<void> => {
    setStage({ name: "running" });
    try {
      const onProgress = (step: Step): void => setStage({ name: "running", step });
      setStage({ name: "done", result: await ask("rules.backtest", { rule: rule.id }, onProgress) });
    } catch (error) {
      setStage(isEndOnPurpose(error) ? { name: "idle" } : { name: "failed", error: asPageError(error) });
    }
  };

  return (
    <Section
      title="On stored events"
      actions={
        <Button size="sm" disabled={stage.name === "running"} onClick={() => void run()}>
          {stage.name === "done" ? "Run again" : "Run"}
        </Button>
      }
    >
      {stage.name === "idle" && (
        <p className="muted">Try the rule on the newest million events that are stored.</p>
      )}
      {stage.name === "running" && <Under step={stage.step} />}
      {stage.name === "done" && <Found result={stage.result} />}
      {stage.name === "failed" && <ProblemPanel error={stage.error} />}
    </Section>
  );
}

function Under({ step }: { readonly step: Step | undefined }) {
  return (
    <div className={styles["under"]} role="status">
      <Progress
        percent={step?.percent ?? 0}
        label="Progress of the backtest"
        stage={step?.stage ?? "queued"}
      />
      {step !== undefined && step.message !== "" && <p className="muted">{step.message}</p>}
    </div>
  );
}

const count = (value: unknown): number => (typeof value === "number" ? value : 0);

/** A rule's text may hold several rules; they are counted together. */
function Found({ result }: { readonly result: unknown }) {
  const { events, is_whole: isWhole, rules } = asRecord(result);
  const tested = (Array.isArray(rules) ? rules : []).map(asRecord);
  const sum = (name: string): number => tested.reduce((total, each) => total + count(each[name]), 0);
  const hits = sum("hits");
  const last = Math.max(0, ...tested.map((each) => count(each["last_at"])));
  return (
    <Facts
      items={[
        ["Events looked at", `${formatNumber(count(events))}${isWhole === true ? "" : ", the newest"}`],
        ["Matches", formatNumber(hits)],
        ["Alerts, at least", formatNumber(sum("alerts"))],
        ["Last match", <Time key="last" at={last} full />],
      ]}
    />
  );
}
