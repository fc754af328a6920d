import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { refreshPeople } from "./people-queries";

const REFRESH_MS = 400;
const ABOUT = /^(?:user|role|password|key|tier|session):/;

/** Fetches the lists again when somebody else changes them, or logs in. For those who may read the audit log. */
export function LivePeople() {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => refreshPeople(queryClient);
    const soon = slowBatch<string>(() => "people", REFRESH_MS, refresh);
    return { onEvent: (name) => ABOUT.test(name) && soon(name), onGap: refresh };
  });
  useTopic("audit", listener);
  return null;
}
