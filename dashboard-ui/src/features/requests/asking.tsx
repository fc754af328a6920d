/** Asking the server for something that takes a while: over the live connection, with progress for whoever looks. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useLive } from "@/features/live/live-context";
import type { Live, Progress, Running } from "@/lib/live";
import type { TaskItem } from "@/lib/model";
import { requestsKey } from "./request-queries";

export interface Asking {
  /** Resolves to the action's result; the task goes on when the page is left. */
  readonly ask: (
    action: string,
    payload: object,
    onProgress?: (progress: Progress) => void,
  ) => Promise<unknown>;
  /** Whether this page asked for the task. */
  readonly isOurs: (taskId: string) => boolean;
  /** Cancels a task that this page asked for: one's own needs no permission for tasks. */
  readonly cancel: (taskId: string) => void;
}

const AskingContext = createContext<Asking | null>(null);

function askingOf(live: Live, queryClient: QueryClient): Asking {
  const running = new Map<string, Running>();
  const refresh = (): void => void queryClient.invalidateQueries({ queryKey: requestsKey });
  return {
    ask: (action, payload, onProgress) => {
      const request = live.client.start(action, payload, {
        mode: "async",
        onAck: ({ taskId }) => {
          running.set(taskId, request);
          refresh();
        },
        onProgress: (progress) => {
          show(queryClient, progress);
          onProgress?.(progress);
        },
      });
      return request.result.finally(refresh);
    },
    isOurs: (taskId) => running.has(taskId),
    cancel: (taskId) => running.get(taskId)?.cancel(),
  };
}

function show(queryClient: QueryClient, { taskId, percent, stage, message }: Progress): void {
  queryClient.setQueryData<readonly TaskItem[]>(requestsKey, (tasks) =>
    tasks?.map((task) => (task.id === taskId ? { ...task, percent, stage, message } : task)),
  );
}

export function AskingProvider({ children }: { readonly children: ReactNode }) {
  const live = useLive();
  const queryClient = useQueryClient();
  const asking = useMemo(() => askingOf(live, queryClient), [live, queryClient]);
  return <AskingContext value={asking}>{children}</AskingContext>;
}

export function useAsking(): Asking {
  const asking = useContext(AskingContext);
  if (asking === null) throw new Error("useAsking needs an AskingProvider above it");
  return asking;
}
