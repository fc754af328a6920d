import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { refreshSchedules } from "./schedule-queries";

const REFRESH_MS = 400;

/** Fetches what is shown again when a schedule fires, its task ends, or somebody changes it. */
export function useLiveSchedules(): void {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => refreshSchedules(queryClient);
    const soon = slowBatch<string>(() => "schedules", REFRESH_MS, refresh);
    return { onEvent: soon, onGap: refresh };
  });
  useTopic("schedules", listener);
}
