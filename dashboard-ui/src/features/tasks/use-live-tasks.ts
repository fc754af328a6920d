/** What the live topic of tasks does to the pages about tasks, while one of them is open: it can be a busy topic. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTopic } from "@/features/live/live-context";
import { frameBatch, slowBatch } from "@/lib/frame-batch";
import type { TopicListener } from "@/lib/live";
import { isTaskChange, mergeTaskChanges, type TaskChange } from "./task-cache";
import { taskKeys } from "./task-queries";

/** Scrolled down so far, somebody reads: rows must not move. */
const READING_PX = 160;
const DETAIL_MS = 300;

const isHeld = (): boolean => globalThis.scrollY > READING_PX;

interface Wiring {
  readonly listener: TopicListener;
  /** The lists go on when the reader is back at the top. */
  readonly scrolled: () => void;
}

function wire(queryClient: QueryClient): Wiring {
  let missing = false;
  const lists = frameBatch<TaskChange>(
    // A wish to stop says nothing else: it must not take the place of a change of state.
    ({ id, state }) => (state === undefined ? `${id} wanted` : id),
    (batch) => {
      missing = mergeTaskChanges(queryClient, batch, isHeld()) || missing;
    },
  );
  const details = slowBatch<TaskChange>(
    ({ id }) => id,
    DETAIL_MS,
    (batch) => {
      for (const { id } of batch) void queryClient.invalidateQueries({ queryKey: taskKeys.detail(id) });
    },
  );
  return {
    listener: {
      onEvent: (_name, data) => {
        if (!isTaskChange(data)) return;
        lists(data);
        details(data);
      },
      onGap: () => void queryClient.invalidateQueries({ queryKey: taskKeys.all }),
    },
    scrolled: () => {
      if (!missing || isHeld()) return;
      missing = false;
      void queryClient.invalidateQueries({ queryKey: taskKeys.lists });
    },
  };
}

export function useLiveTasks(): void {
  const queryClient = useQueryClient();
  const [{ listener, scrolled }] = useState(() => wire(queryClient));
  useTopic("tasks", listener);
  useEffect(() => {
    window.addEventListener("scroll", scrolled, { passive: true });
    return () => window.removeEventListener("scroll", scrolled);
  }, [scrolled]);
}
