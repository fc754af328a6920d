import { useQueryClient } from "@tanstack/react-query";
import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem } from "@/components/menu";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { BreakerView } from "@/lib/model";
import { actOnBreaker, type BreakerAct, breakerKeys } from "./breaker-queries";

const DONE: Readonly<Record<BreakerAct, string>> = {
  open: "Forced open",
  close: "Forced closed",
  reset: "Reset",
};

/** The hand on the switch. */
export function BreakerMenu({ breaker }: { readonly breaker: BreakerView }) {
  const queryClient = useQueryClient();
  const { dependency, mode } = breaker;
  const turn = async (act: BreakerAct): Promise<void> => {
    try {
      await actOnBreaker(dependency, act);
      toastSaid(`${DONE[act]}: ${dependency}`);
    } catch (error) {
      toastProblem("The breaker was not changed", error);
    }
    void queryClient.invalidateQueries({ queryKey: breakerKeys.all });
  };
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${dependency}`} size="sm">
          <MoreIcon />
        </IconButton>
      }
    >
      {mode !== "forced_open" && (
        <MenuItem onSelect={() => void turn("open")}>Force open: hold all calls back</MenuItem>
      )}
      {mode !== "forced_closed" && (
        <MenuItem onSelect={() => void turn("close")}>Force closed: let all calls through</MenuItem>
      )}
      <MenuItem onSelect={() => void turn("reset")}>Reset: close it and forget its calls</MenuItem>
    </Menu>
  );
}
