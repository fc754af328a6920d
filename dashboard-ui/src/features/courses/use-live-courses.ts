import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { refreshCourses } from "./course-queries";

const REFRESH_MS = 400;

/** Fetches what is shown again when a course is published or changed. */
export function useLiveCourses(): void {
  const queryClient = useQueryClient();
  const [listener] = useState<TopicListener>(() => {
    const refresh = (): void => void refreshCourses(queryClient);
    const soon = slowBatch<string>(() => "courses", REFRESH_MS, refresh);
    return { onEvent: soon, onGap: refresh };
  });
  useTopic("courses", listener);
}
