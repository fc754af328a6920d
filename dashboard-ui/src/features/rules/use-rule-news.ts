import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { ruleKeys } from "./rule-queries";

/** Several changes within this time are one look at the server. */
const TOGETHER_MS = 500;

function listener(queryClient: QueryClient): TopicListener {
  const lookAgain = (): void => {
    void queryClient.invalidateQueries({ queryKey: ruleKeys.lists });
    void queryClient.invalidateQueries({ queryKey: ruleKeys.details });
    void queryClient.invalidateQueries({ queryKey: ruleKeys.packs });
  };
  const batch = slowBatch<string>((name) => name, TOGETHER_MS, lookAgain);
  return { onEvent: (name) => batch(name), onGap: lookAgain };
}

/** Shows what others do with rules, while the page is open. */
export function useRuleNews(): void {
  const queryClient = useQueryClient();
  const [stable] = useState(() => listener(queryClient));
  useTopic("rules", stable);
}
