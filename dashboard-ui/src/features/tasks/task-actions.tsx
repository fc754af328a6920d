import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { meQuery } from "@/features/session/session-queries";
import { may, type TaskView } from "@/lib/model";
import { DeadLetterActions } from "./dead-letter-actions";
import { type StopAct, StopDialog } from "./stop-dialog";
import { isStop } from "./task-menu";
import styles from "./task-page.module.css";
import { ACT_NAMES, actsOn } from "./task-states";
import { useTaskActs } from "./use-task-acts";

/** What a person may do about this task now. */
export function TaskActions({ view }: { readonly view: TaskView }) {
  const { task } = view;
  const me = useQuery(meQuery).data;
  const act = useTaskActs();
  const [stopping, setStopping] = useState<StopAct | undefined>();
  const acts = may(me, "tasks:write") ? actsOn(task) : [];
  return (
    <div className={styles["actions"]}>
      {acts.map((each) => (
        <Button key={each} onClick={() => (isStop(each) ? setStopping(each) : void act(task, each))}>
          {ACT_NAMES[each]}
        </Button>
      ))}
      {task.state === "dead" && task.resolved_at === null && may(me, "recovery:write") && (
        <DeadLetterActions view={view} />
      )}
      {stopping !== undefined && (
        <StopDialog task={task} act={stopping} onClose={() => setStopping(undefined)} />
      )}
    </div>
  );
}
