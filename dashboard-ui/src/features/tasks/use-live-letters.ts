import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { deadLetterKeys } from "./dead-letter-queries";

const REFRESH_MS = 500;

/** Fetches the open list of dead letters again when one more is there. */
export function useLiveLetters(): void {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => void queryClient.invalidateQueries({ queryKey: deadLetterKeys.all });
    const soon = slowBatch<string>((name) => name, REFRESH_MS, refresh);
    return {
      onEvent: (name) => {
        if (name === "dlq:entry-added") soon(name);
      },
      onGap: refresh,
    };
  });
  useTopic("recovery", listener);
}
