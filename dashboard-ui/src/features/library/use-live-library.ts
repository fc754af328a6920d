import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { libraryKeys } from "./library-queries";

const REFRESH_MS = 300;

export const refreshLibrary = (queryClient: QueryClient): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: libraryKeys.all });

/** Fetches what is shown again when a medium arrives, goes, or is in the next step of its reading. */
export function useLiveLibrary(): void {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => void refreshLibrary(queryClient);
    const soon = slowBatch<string>(() => "library", REFRESH_MS, refresh);
    return { onEvent: soon, onGap: refresh };
  });
  useTopic("media", listener);
}
