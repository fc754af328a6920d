/** Where the live topics meet the features: which event changes which cache. The only place that knows both. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { mergeIntoDetails, mergeIntoLists } from "@/features/alerts/alert-cache";
import { alertKeys } from "@/features/alerts/alert-queries";
import { AlertStream, AlertStreamContext } from "@/features/alerts/alert-stream";
import { markFresh } from "@/features/alerts/fresh";
import { useTopic } from "@/features/live/live-context";
import { suppressionKeys } from "@/features/suppressions/suppression-queries";
import { mergeAlertsIntoThreats, mergeIntoThreats } from "@/features/threats/threat-cache";
import { threatKeys } from "@/features/threats/threat-queries";
import { frameBatch, slowBatch } from "@/lib/frame-batch";
import { asRecord, isRecord } from "@/lib/json";
import type { TopicListener } from "@/lib/live";
import type { Alert, Threat } from "@/lib/model";

/** The figures above the list are counted by the server; they follow within this time. */
const FIGURES_MS = 500;

interface Wiring {
  readonly stream: AlertStream;
  readonly alerts: TopicListener;
  readonly threats: TopicListener;
  readonly triage: TopicListener;
}

// The server validates its frames against the published schema; here it is enough to tell the two apart.
const isAlert = (data: unknown): data is Alert => isRecord(data) && typeof data["id"] === "string";
const isThreat = (data: unknown): data is Threat => isRecord(data) && typeof data["entity"] === "string";

function wire(queryClient: QueryClient): Wiring {
  const stream = new AlertStream({
    merge: (alerts) => {
      markFresh(alerts.map((alert) => alert.id));
      mergeIntoLists(queryClient, alerts);
    },
    refetch: () => void queryClient.invalidateQueries({ queryKey: alertKeys.lists }),
  });
  const alerts = frameBatch<Alert>(
    (alert) => alert.id,
    (batch) => {
      stream.push(batch);
      mergeIntoDetails(queryClient, batch);
      mergeAlertsIntoThreats(queryClient, batch);
    },
  );
  const refreshFigures = slowBatch<string>(
    () => "figures",
    FIGURES_MS,
    () => void queryClient.invalidateQueries({ queryKey: alertKeys.overview }),
  );
  const threats = frameBatch<Threat>(
    (threat) => threat.entity,
    (batch) => mergeIntoThreats(queryClient, batch),
  );
  return {
    stream,
    alerts: {
      onEvent: (name, data) => {
        if (!isAlert(data)) return;
        alerts(data);
        // A finding more changes no figure; what people decide comes on its own topic.
        if (name === "alert:raised") refreshFigures(name);
      },
      onGap: () => {
        stream.gap();
        void queryClient.invalidateQueries({ queryKey: alertKeys.overview });
        void queryClient.invalidateQueries({ queryKey: alertKeys.details });
      },
    },
    threats: {
      onEvent: (_name, data) => {
        if (isThreat(data)) threats(data);
      },
      onGap: () => void queryClient.invalidateQueries({ queryKey: threatKeys.all }),
    },
    triage: {
      onEvent: (name, data) => {
        const alertId = asRecord(data)["alert_id"];
        if (name.startsWith("suppression:")) {
          void queryClient.invalidateQueries({ queryKey: suppressionKeys.all });
        } else if (typeof alertId === "string") {
          // The history is longer now; the alert itself comes on the topic of alerts.
          void queryClient.invalidateQueries({ queryKey: alertKeys.detail(alertId) });
          refreshFigures(name);
        }
      },
      onGap: () => void queryClient.invalidateQueries({ queryKey: suppressionKeys.all }),
    },
  };
}

export function LiveWiring({ children }: { readonly children: ReactNode }) {
  const queryClient = useQueryClient();
  const [{ stream, alerts, threats, triage }] = useState(() => wire(queryClient));
  useTopic("alerts", alerts);
  useTopic("threats", threats);
  useTopic("triage", triage);
  return <AlertStreamContext value={stream}>{children}</AlertStreamContext>;
}
