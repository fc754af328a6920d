import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { refreshModels } from "./model-queries";

const REFRESH_MS = 400;

/** Fetches what is shown again when a model is trained, deployed or taken out. */
export function useLiveModels(): void {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => refreshModels(queryClient);
    const soon = slowBatch<string>(() => "models", REFRESH_MS, refresh);
    return { onEvent: soon, onGap: refresh };
  });
  useTopic("models", listener);
}
