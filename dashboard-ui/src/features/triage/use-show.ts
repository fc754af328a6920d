import { useQueryClient } from "@tanstack/react-query";
import { mergeIntoDetails, mergeIntoLists } from "@/features/alerts/alert-cache";
import { alertKeys } from "@/features/alerts/alert-queries";
import type { Alert } from "@/lib/model";

/** Puts alerts that the server has answered into what is on the screen, and asks anew for their history. */
export function useShow(): (alerts: readonly Alert[]) => void {
  const queryClient = useQueryClient();
  return (alerts) => {
    mergeIntoLists(queryClient, alerts);
    mergeIntoDetails(queryClient, alerts);
    for (const { id } of alerts) void queryClient.invalidateQueries({ queryKey: alertKeys.detail(id) });
    void queryClient.invalidateQueries({ queryKey: alertKeys.overview });
  };
}
