import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { toastProblem, toastUndo } from "@/components/toaster";
import type { RuleDetail, RulePage, RuleSummary } from "@/lib/model";
import { ruleKeys, switchRule } from "./rule-queries";

interface Change {
  readonly rule: RuleSummary;
  readonly enabled: boolean;
  readonly note?: string;
  /** Taking back needs no offer to take back. */
  readonly isUndo?: boolean;
}

/** Puts a rule into every list and page that shows it. */
function show(queryClient: QueryClient, rule: RuleSummary): void {
  queryClient.setQueriesData<InfiniteData<RulePage>>({ queryKey: ruleKeys.lists }, (data) => {
    if (!data?.pages.some((page) => page.items.some((item) => item.id === rule.id))) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      items: page.items.map((item) => (item.id === rule.id ? rule : item)),
    }));
    return { ...data, pages };
  });
  queryClient.setQueryData<RuleDetail>(ruleKeys.detail(rule.id), (detail) => detail && { ...detail, rule });
}

/** Switches a rule at once on the screen, then on the server; offers undo, or says why it did not work. */
export function useSwitch(): (rule: RuleSummary, enabled: boolean, note?: string) => void {
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: ({ rule, enabled, note = "" }: Change) => switchRule(rule.id, enabled, note),
    onMutate: ({ rule, enabled }) => show(queryClient, { ...rule, state: enabled ? "enabled" : "disabled" }),
    onSuccess: (saved, { enabled, isUndo = false }) => {
      show(queryClient, saved);
      void queryClient.invalidateQueries({ queryKey: ruleKeys.detail(saved.id) });
      if (isUndo) return;
      toastUndo(saved.id, `${enabled ? "Enabled" : "Disabled"}: ${saved.title}`, () =>
        change.mutate({ rule: saved, enabled: !enabled, isUndo: true }),
      );
    },
    onError: (error, { rule }) => {
      show(queryClient, rule);
      toastProblem("The rule was not switched", error);
    },
  });
  return (rule, enabled, note = "") => change.mutate({ rule, enabled, note });
}
