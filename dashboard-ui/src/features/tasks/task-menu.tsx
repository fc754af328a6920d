import { IconButton } from "@/components/button";
import { MoreIcon } from "@/components/icons";
import { Menu, MenuItem } from "@/components/menu";
import type { TaskItem } from "@/lib/model";
import type { StopAct } from "./stop-dialog";
import { ACT_NAMES, actsOn, type TaskAct } from "./task-states";
import { useTaskActs } from "./use-task-acts";

export interface TaskMenuProps {
  readonly task: TaskItem;
  /** Asked before it is done. */
  readonly onStop: (task: TaskItem, act: StopAct) => void;
}

export const isStop = (act: TaskAct): act is StopAct => act === "cancel" || act === "skip";

/** What a person may do about a task in a list; nothing where nothing can be done. */
export function TaskMenu({ task, onStop }: TaskMenuProps) {
  const act = useTaskActs();
  const acts = actsOn(task);
  if (acts.length === 0) return null;
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${task.action} ${task.id}`} size="sm">
          <MoreIcon />
        </IconButton>
      }
    >
      {acts.map((each) => (
        <MenuItem key={each} onSelect={() => (isStop(each) ? onStop(task, each) : void act(task, each))}>
          {ACT_NAMES[each]}
        </MenuItem>
      ))}
    </Menu>
  );
}
