import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { refreshWebhooks } from "./webhook-queries";

const REFRESH_MS = 400;

/** Fetches what is shown again when an endpoint is disabled or a message is given up. */
export function useLiveWebhooks(): void {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => refreshWebhooks(queryClient);
    const soon = slowBatch<string>(() => "webhooks", REFRESH_MS, refresh);
    return { onEvent: soon, onGap: refresh };
  });
  useTopic("webhooks", listener);
}
