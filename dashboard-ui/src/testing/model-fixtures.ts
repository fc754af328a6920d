/** A made-up model with its report, what it did, and a server that has it and remembers what a page asked of it. */
import { HttpResponse, http } from "msw";
import { asRecord, parseJson } from "@/lib/json";
import type { Model, ModelDrift, ModelFigures, ModelView } from "@/lib/model";
import { ADA, MINUTE, NOW } from "./fixtures";
import { at, get, server } from "./server";

export function makeModel(change: Partial<Model> = {}): Model {
  return {
    id: "mdl_1",
    name: "flows 3",
    line: "flows",
    number: 3,
    kind: "flow-classifier",
    stage: "trained",
    alias: "",
    share: 0,
    adapts: false,
    can_adapt: false,
    servable: true,
    scores: {
      rows: 3_000,
      bad: 400,
      roc_auc: 0.9812,
      pr_auc: 0.97,
      recall_at_01: 0.912,
      recall_at_1: 0.95,
      fpr_target: 0.001,
      realised_fpr: 0.0009,
      realised_recall: 0.91,
      brier: 0.013,
      calibration_error: 0.02,
    },
    threshold: 0.4127,
    schema: "flows-1",
    features: 41,
    sha256: "9f2c",
    size: 2_048,
    data: "Stored events, at most 200,000",
    data_hash: "5b1f",
    rows: 7_000,
    split: "hash",
    seed: 0,
    parent: "",
    note: "",
    trained_at: NOW - MINUTE,
    trained_by: "usr_1",
    trained_by_name: "ada",
    task_id: "tsk_5",
    changed_at: NOW - MINUTE,
    request: null,
    version: 1,
    ...change,
  };
}

export function makeModelView(model: Model): ModelView {
  return {
    model,
    report: {
      scores: model.scores,
      curves: {
        roc: [
          { x: 0, y: 0 },
          { x: 0.001, y: 0.912 },
          { x: 1, y: 1 },
        ],
        precision_recall: [
          { x: 0, y: 1 },
          { x: 1, y: 0.2 },
        ],
        calibration: [
          { predicted: 0.1, observed: 0.12, rows: 900 },
          { predicted: 0.9, observed: 0.88, rows: 300 },
        ],
        benign: [2_500, 90, 10],
        bad: [10, 40, 350],
      },
      split: { how: "hash", train: 7_000, test: 3_000, duplicates: 12, train_bad: 900, test_bad: 400 },
      features: [
        { feature: "bytes_out", weight: 0.6 },
        { feature: "service", weight: 0.2 },
      ],
      labels: { "rule: bad": 1_300 },
      card: "# flows\n\n## Use\nJudges `flows` <b>as they come.\n\n## Figures\n| Figure | Value |\n|---|---|\n| ROC AUC | 0.981 |\n",
    },
    history: [
      {
        seq: 4,
        model_id: model.id,
        line: "flows",
        at: NOW - MINUTE,
        principal: "usr_1",
        principal_name: "ada",
        change: "trained",
        before: "",
        after: "trained",
        share: 0,
        note: "",
      },
    ],
  };
}

const VERDICTS = { true_positives: 3, false_positives: 1, undecided: 2 };

export const FIGURES: ModelFigures = {
  since: NOW - 60 * MINUTE,
  until: NOW,
  judged: 5_000,
  flagged: 40,
  findings: 12,
  flagged_share: 0.008,
  expected_share: 0.001,
  limit_share: 0.005,
  per_second: 230_000,
  microseconds: 4.3,
  scores: [4_900, 60, 40],
  expected_scores: [2_500, 90, 10],
  verdicts: VERDICTS,
  estimated_fpr: 0.002,
  series: [1, 2].map((step) => ({
    at: NOW - step * MINUTE,
    judged: 2_500,
    flagged: 20,
    findings: 6,
    flagged_share: 0.008,
    mean_score: 0.02,
    microseconds: 4.3,
  })),
};

export const DRIFT: ModelDrift = {
  state: "drifted",
  since: NOW - 60 * MINUTE,
  judged: 5_000,
  needed: 1_000,
  limit: 0.25,
  score_psi: 0.311,
  features: [
    { feature: "bytes_out", psi: 0.5, drifted: true, expected: [], found: [] },
    { feature: "service", psi: 0.01, drifted: false, expected: [], found: [] },
  ],
  features_drifted: false,
  change: { at: 1, before: 0.02, after: 0.04 },
  change_at: NOW - MINUTE,
  verdicts: VERDICTS,
};

/** A server with this model, somebody who may do everything about it, and what was asked by POST. */
export function modelServer(
  model: Model,
  permissions: readonly string[] = ["models:write", "models:promote"],
) {
  const sent: { path: string; body: unknown }[] = [];
  server.use(
    get("/api/v2/me", {
      ...ADA,
      permissions: [...ADA.permissions, "models:read", "tasks:read", ...permissions],
    }),
    get("/api/v2/models", { items: [model], next: null, missing: "" }),
    get("/api/v2/models/tables", { items: [], used: 0, quota: 1_024 }),
    get("/api/v2/models/:id", makeModelView(model)),
    get("/api/v2/models/:id/metrics", FIGURES),
    get("/api/v2/models/:id/drift", DRIFT),
    get("/api/v2/tasks", { items: [], next: null }),
    http.post(at("/api/v2/models/*"), async ({ request }) => {
      const { pathname: path } = new URL(request.url);
      sent.push({ path, body: asRecord(parseJson(await request.text())) });
      return HttpResponse.json(model, { status: path.endsWith("train") ? 202 : 200 });
    }),
  );
  return sent;
}
