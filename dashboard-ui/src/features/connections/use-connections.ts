import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLiveState } from "@/features/live/live-context";
import { connectionsQuery } from "./connection-queries";

/** The live connections. This page's own is one of them: as long as it opens one or has one, none is no answer yet. */
export function useConnections() {
  const list = useQuery(connectionsQuery);
  const state = useLiveState();
  const { refetch } = list;
  const isEmpty = list.data?.items.length === 0;
  const isLive = state === "live";
  useEffect(() => {
    if (isEmpty && isLive) void refetch();
  }, [isEmpty, isLive, refetch]);
  const isComing = isLive || state === "idle" || state === "connecting";
  return { list, isPending: list.isPending || (isEmpty && isComing) };
}
