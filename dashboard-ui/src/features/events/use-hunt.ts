import { useEffect, useRef, useState } from "react";
import type { HuntResult } from "@/lib/model";
import { hunt } from "./event-queries";

export interface HuntState {
  readonly status: "idle" | "running" | "done" | "failed" | "stopped";
  readonly result?: HuntResult;
  readonly error?: unknown;
}

/** Runs one statement at a time. Stopping, a newer one, or leaving the page hangs up, which ends it on the server. */
export function useHunt(): HuntState & { readonly run: (sql: string) => void; readonly stop: () => void } {
  const [state, setState] = useState<HuntState>({ status: "idle" });
  const running = useRef<AbortController | undefined>(undefined);

  const stop = (): void => {
    if (running.current === undefined) return;
    running.current.abort();
    running.current = undefined;
    setState({ status: "stopped" });
  };

  const run = (sql: string): void => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    setState({ status: "running" });
    const end = (next: HuntState): void => {
      if (running.current !== control) return;
      running.current = undefined;
      setState(next);
    };
    hunt(sql, control.signal).then(
      (result) => end({ status: "done", result }),
      (error: unknown) => end({ status: "failed", error }),
    );
  };

  useEffect(() => () => running.current?.abort(), []);
  return { ...state, run, stop };
}
