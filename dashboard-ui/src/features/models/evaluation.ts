/** What came of an evaluation: the task gives it as it was written when the model was measured. */
import { asRecord, isRecord } from "@/lib/json";
import type { ModelReport } from "./model-report";

export interface Evaluation extends Pick<ModelReport, "scores" | "curves"> {
  /** Id of the model. */
  readonly model: string;
  /** What was measured on, in words. */
  readonly data: string;
  readonly data_hash: string;
  readonly at: number;
  /** Left out by versions that did not tell of it. */
  readonly threshold?: number;
}

// The server writes it by one schema; here it is enough to tell it from nothing.
function isEvaluation(raw: unknown): raw is Evaluation {
  const { curves, scores } = asRecord(raw);
  return isRecord(curves) && isRecord(scores);
}

/** The evaluation, or undefined where a task has not come to one. */
export const evaluationFrom = (raw: unknown): Evaluation | undefined => (isEvaluation(raw) ? raw : undefined);
