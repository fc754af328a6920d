/** One live connection for the whole page, as long as somebody is logged in. */
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { type Feed, Live, type State, type Topic, type TopicListener } from "@/lib/live";

const LiveContext = createContext<Live | null>(null);

interface LiveProviderProps {
  readonly children: ReactNode;
  /** The server said no: ask it why. */
  readonly onRefused: () => void;
}

export function LiveProvider({ children, onRefused }: LiveProviderProps) {
  const [live] = useState(() => new Live());
  const [refused] = useState(() => onRefused);

  useEffect(() => {
    const wake = (): void => {
      if (document.visibilityState === "visible") live.retry();
    };
    const leave = live.client.onState((state) => {
      if (state === "refused") refused();
    });
    live.start();
    window.addEventListener("online", live.retry);
    window.addEventListener("offline", live.networkLost);
    document.addEventListener("visibilitychange", wake);
    return () => {
      window.removeEventListener("online", live.retry);
      window.removeEventListener("offline", live.networkLost);
      document.removeEventListener("visibilitychange", wake);
      live.stop();
      leave();
    };
  }, [live, refused]);

  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive needs a LiveProvider above it");
  return live;
}

/** `offline`: there is no network, or the server has not been reached for a while; trying goes on. */
export type LiveState = State | "offline";

const OFFLINE_AFTER_MS = 10_000;

function onNetwork(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

export function useLiveState(): LiveState {
  const { client } = useLive();
  const state = useSyncExternalStore(client.onState, () => client.state);
  const isOnline = useSyncExternalStore(onNetwork, () => navigator.onLine);
  const [isLong, setLong] = useState(false);
  const isWaiting = state === "waiting";
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setTimeout(() => setLong(true), OFFLINE_AFTER_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [isWaiting]);
  // A server on this very computer is reached without a network: what works is not called offline.
  const isTrying = isWaiting || state === "connecting";
  return isTrying && (!isOnline || isLong) ? "offline" : state;
}

/** Listens while mounted; `topic` and `listener` must be stable. */
export function useTopic(topic: Topic, listener: TopicListener): void {
  const live = useLive();
  useEffect(() => live.subscribe(topic, listener), [live, topic, listener]);
}

/** Listens to parts of topics while mounted; `feeds` and `listener` must be stable. */
export function useFeeds(feeds: readonly Feed[], listener: TopicListener): void {
  const live = useLive();
  useEffect(() => {
    const leaves = feeds.map((feed) => live.subscribe(feed, listener));
    return () => {
      for (const leave of leaves) leave();
    };
  }, [live, feeds, listener]);
}
