import { classes } from "@/components/classes";
import type { Model } from "@/lib/model";
import { percent, STAGES, stageOf } from "./model-words";
import styles from "./models-page.module.css";

/** Where a model stands: what judges has a full dot. */
export function StageMark({ model }: { readonly model: Pick<Model, "stage" | "share"> }) {
  const stage = stageOf(model);
  return (
    <span className={classes(styles["stage"], styles[stage])}>
      <span className={styles["dot"]} aria-hidden="true" />
      {STAGES[stage]}
      {stage === "canary" && ` · ${percent(model.share, 1)}`}
    </span>
  );
}
