/** One live connection for the whole page, as long as somebody is logged in. */
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { LiveClient, type LiveState, type Topic, type TopicListener } from "@/lib/live";

const LiveContext = createContext<LiveClient | null>(null);

interface LiveProviderProps {
  readonly children: ReactNode;
  readonly onUnauthenticated: () => void;
  readonly onHandshakeFailed: () => void;
  /** For tests: the client to use instead of a real connection. */
  readonly client?: LiveClient;
}

function liveUrl(): string {
  const { protocol, host } = globalThis.location;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}/ws`;
}

export function LiveProvider({ children, onUnauthenticated, onHandshakeFailed, client }: LiveProviderProps) {
  const [live] = useState(
    () =>
      client ??
      new LiveClient({
        url: liveUrl(),
        version: import.meta.env["VITE_VERSION"] ?? "0",
        onUnauthenticated,
        onHandshakeFailed,
      }),
  );

  useEffect(() => {
    const wake = (): void => {
      if (document.visibilityState === "visible") live.reconnect();
    };
    live.start();
    window.addEventListener("online", live.reconnect);
    window.addEventListener("offline", live.networkLost);
    document.addEventListener("visibilitychange", wake);
    return () => {
      window.removeEventListener("online", live.reconnect);
      window.removeEventListener("offline", live.networkLost);
      document.removeEventListener("visibilitychange", wake);
      live.stop();
    };
  }, [live]);

  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): LiveClient {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive needs a LiveProvider above it");
  return live;
}

export function useLiveState(): LiveState {
  const live = useLive();
  return useSyncExternalStore(live.onState, () => live.state);
}

/** Listens to a topic while mounted; `listener` must be stable. */
export function useTopic(topic: Topic, listener: TopicListener): void {
  const live = useLive();
  useEffect(() => live.subscribe(topic, listener), [live, topic, listener]);
}
