/** A model's report: the API gives it as it was written when the model was trained. */
import { asRecord, isRecord } from "@/lib/json";
import type { Model } from "@/lib/model";
import type { PlotPoint } from "./curve-plot";

export interface CalibrationBin {
  readonly predicted: number;
  readonly observed: number;
  readonly rows: number;
}

export interface Curves {
  readonly roc: readonly PlotPoint[];
  readonly precision_recall: readonly PlotPoint[];
  readonly calibration: readonly CalibrationBin[];
  /** Rows in equal parts of the probability. */
  readonly benign: readonly number[];
  readonly bad: readonly number[];
}

export interface FeatureWeight {
  readonly feature: string;
  /** Share of all movement. */
  readonly weight: number;
}

export interface Trial {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly recall: number;
  readonly pr_auc: number;
  readonly seconds: number;
}

export interface ModelReport {
  readonly scores: Model["scores"];
  readonly curves: Curves;
  readonly split: {
    readonly how: string;
    readonly train: number;
    readonly test: number;
    readonly duplicates: number;
    readonly train_bad: number;
    readonly test_bad: number;
  };
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly trials: readonly Trial[];
  readonly features: readonly FeatureWeight[];
  readonly columns: readonly string[];
  readonly left_out: readonly string[];
  /** Where the labels came from, with how many rows each gave. */
  readonly labels: Readonly<Record<string, number>>;
  /** Seconds of processor time. */
  readonly fit_seconds: number;
  readonly rows_per_second: number;
  readonly card: string;
}

// The server writes it by one schema; here it is enough to tell it from nothing.
function isReport(raw: unknown): raw is ModelReport {
  const { curves, split } = asRecord(raw);
  return isRecord(curves) && isRecord(split);
}

/** The report, or undefined where none was kept. */
export const reportOf = (raw: unknown): ModelReport | undefined => (isReport(raw) ? raw : undefined);
