import type { Model } from "@/lib/model";

export type Stage = "trained" | "shadow" | "canary" | "promoted" | "replaced" | "rolled_back" | "retired";

export const STAGES: Readonly<Record<Stage, string>> = {
  trained: "Trained",
  shadow: "Shadow",
  canary: "Canary",
  promoted: "Champion",
  replaced: "Replaced",
  rolled_back: "Rolled back",
  retired: "Retired",
};

/** A stage that this page does not know is one in which nothing can be done. */
export const stageOf = ({ stage }: Pick<Model, "stage">): Stage => (isStage(stage) ? stage : "retired");
const isStage = (text: string): text is Stage => text in STAGES;

/** What the stage means, for people who meet the word for the first time. */
export const MEANINGS: Readonly<Record<Stage, string>> = {
  trained: "judges nothing so far",
  shadow: "judges everything; only counted",
  canary: "decides for a share of the entities",
  promoted: "decides for everybody else",
  replaced: "was the champion",
  rolled_back: "taken out for what it did",
  retired: "never judges again",
};

/** A share as people read it: 99.42 %, 0.1 %; a dash for what is not known. */
export function percent(share: number | null, digits = 2): string {
  return share === null ? "–" : `${Number((share * 100).toFixed(digits))} %`;
}

/** An area under a curve or a mean: three places. */
export function figure(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}

/** Whether its threshold costs clearly more than it was set to. */
export function isOverBudget({ realised_fpr: realised, fpr_target: target }: Model["scores"]): boolean {
  return realised > target * 1.5;
}

/** Whether it raised no alert on any of the bad rows that it was measured on. */
export function findsNothing({ realised_recall: recall }: Model["scores"]): boolean {
  return recall === 0;
}

export type ModelAct = "shadow" | "canary" | "promote" | "rollback" | "retire";

const ACTS: Readonly<Record<Stage, readonly ModelAct[]>> = {
  trained: ["shadow", "retire"],
  shadow: ["canary", "rollback", "retire"],
  canary: ["promote", "canary", "shadow", "rollback", "retire"],
  promoted: ["rollback"],
  replaced: ["shadow", "retire"],
  rolled_back: ["shadow", "retire"],
  retired: [],
};

/** What can be done about a model, the usual next step first. One that cannot judge events can only be retired. */
export function actsOn(model: Pick<Model, "stage" | "servable">): readonly ModelAct[] {
  const acts = ACTS[stageOf(model)];
  return model.servable ? acts : acts.filter((act) => act === "retire");
}

/** What the act is called on a button or in a menu. */
export function actName(act: ModelAct, model: Pick<Model, "stage" | "request">): string {
  switch (act) {
    case "shadow":
      return "Deploy as shadow";
    case "canary":
      return model.stage === "canary" ? "Change the share" : "Make it a canary";
    case "promote":
      return model.request === null ? "Promote" : "Agree to the promotion";
    case "rollback":
      return "Roll back";
    case "retire":
      return "Retire";
    default:
      return act satisfies never;
  }
}

export const isDecision = (act: ModelAct): boolean => act === "promote";
