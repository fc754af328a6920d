// Made-up models, what became of them, and the server's answers about them.
const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const now = Date.now() * 1_000;

const scores = (roc_auc, recall, realised_fpr, fpr_target = 0.001) => ({
  rows: 60_412,
  bad: 8_120,
  roc_auc,
  pr_auc: roc_auc - 0.012,
  recall_at_01: recall,
  recall_at_1: Math.min(1, recall + 0.06),
  fpr_target,
  realised_fpr,
  realised_recall: recall + 0.002,
  brier: 0.0134,
  calibration_error: 0.021,
});

const model = (number, stage, change = {}) => ({
  id: `mdl_${change.line ?? "flows"}_${number}`,
  name: `${change.line ?? "flows"} ${number}`,
  line: "flows",
  number,
  kind: "flow-classifier",
  stage,
  alias: { promoted: "champion", canary: "challenger", shadow: "shadow" }[stage] ?? "",
  share: stage === "canary" ? 0.1 : 0,
  servable: true,
  scores: scores(0.981 + number / 1_000, 0.902 + number / 200, 0.00094),
  threshold: 0.4127,
  schema: "flows-1",
  features: 41,
  sha256: "9f2c4e0ab7716d0c55b1f1f0d2a1e8c4b3a29187665544332211ffeeddccbbaa",
  size: 1_843_200,
  data: "Stored events (source=office), at most 200,000",
  data_hash: "5b1f",
  rows: 141_230,
  split: "hash",
  seed: 0,
  parent: "",
  note: "",
  trained_at: now - (9 - number) * 26 * HOUR,
  trained_by: "usr_1",
  trained_by_name: "ada",
  task_id: "tsk_0192f4c8a1d078991",
  changed_at: now - HOUR,
  request: null,
  version: 2,
  ...change,
});

const models = [
  model(7, "trained", { scores: scores(0.988, 0.941, 0.0021), note: "after the new proxy" }),
  model(6, "canary"),
  model(5, "shadow", { kind: "guarded-classifier" }),
  model(2, "promoted", {
    line: "office",
    kind: "isolation-forest",
    scores: {
      ...scores(null, null, 0.0009),
      bad: 0,
      pr_auc: null,
      recall_at_1: null,
      realised_recall: null,
      brier: null,
      calibration_error: null,
    },
  }),
  model(4, "promoted"),
  model(3, "replaced"),
  model(2, "rolled_back", { scores: scores(0.979, 0.88, 0.0049) }),
  model(1, "retired", { line: "benchmark-of-the-quarter", kind: "autoencoder", servable: false }),
];

const steps = (count) => Array.from({ length: count }, (_, at) => at / (count - 1));
const roc = [{ x: 0, y: 0 }, ...steps(80).map((at) => 10 ** (-5 + at * 5))].map((at) =>
  typeof at === "number"
    ? { x: at, y: Math.min(1, 0.99 - 0.3 * Math.exp(-at * 400) * (at < 0.01 ? 1 : 0) + at * 0.01) }
    : at,
);
const precision_recall = steps(60).map((x) => ({ x, y: 1 - 0.02 * x - 0.5 * x ** 24 }));
const calibration = steps(10).map((at) => {
  const predicted = 0.05 + at * 0.9;
  return { predicted, observed: Math.min(1, Math.max(0, predicted + 0.05 * Math.sin(at * 6))), rows: 900 };
});
const falling = (top, speed) =>
  Array.from({ length: 50 }, (_, at) => Math.round(top * Math.exp(-at / speed)));
const benign = falling(46_000, 1.7).map((count, at) => count + (at % 11 === 3 ? 2 : 0));
const bad = falling(5_200, 2.1)
  .toReversed()
  .map((count, at) => count + (at % 9 === 2 ? 5 : 0));
const NAMES = [
  "bytes_out per second",
  "packets of the responder",
  "distinct ports of the source in 2 minutes",
  "duration",
  "service",
  "bytes_in",
  "flows of the source in 2 minutes",
  "share of failed connections",
  "conn_state",
  "hour",
  "dst_port",
  "proto",
  "mean packet size",
];
const features = NAMES.map((feature, at) => ({ feature, weight: 0.31 * 0.72 ** at }));

const card = `# flows: flow-classifier

## Use
Judges network flows as they come and raises alerts above its threshold.
It calls a row bad above a probability of \`0.4127\`, which was chosen to cost 0.10% of benign rows.

## Data
Stored events (source=office), at most 200,000. SHA-256 of the rows \`5b1f\`, schema \`flows-1\` with 41 features.
Labels come from alerts of rules and from analysts' verdicts. What no rule knows was taken for benign.

## Figures
| Figure | Value |
|---|---|
| ROC AUC | 0.985 |
| Recall at 0.1 % false positives | 92.2 % |
| Brier score | 0.013 |

## Limits
It knows the networks it was made from. Other networks, programs or seasons change what is usual: watch its drift.
`;

const reportOf = ({ scores: figures }) => ({
  scores: figures,
  curves:
    figures.roc_auc === null
      ? { roc: [], precision_recall: [], calibration: [], benign, bad: [] }
      : { roc, precision_recall, calibration, benign, bad },
  split: { how: "hash", train: 141_230, test: 60_412, duplicates: 2_011, train_bad: 18_400, test_bad: 8_120 },
  reference: {},
  parameters: { num_leaves: 31 },
  trials: [],
  features,
  columns: NAMES,
  left_out: ["source", "event_id"],
  labels: { "rule: bad": 25_011, "verdict: bad": 1_509, "verdict: benign": 412, "nobody: benign": 174_710 },
  fit_seconds: 12.4,
  rows_per_second: 412_000,
  card,
});

const change = (seq, what, after, at, note = "", share = 0) => ({
  seq,
  model_id: "mdl_flows_6",
  line: "flows",
  at,
  principal: "usr_1",
  principal_name: seq % 2 ? "ada" : "grace",
  change: what,
  before: "",
  after,
  share,
  note,
});
const history = [
  change(11, "trained", "trained", now - 70 * HOUR),
  change(12, "shadowed", "shadow", now - 60 * HOUR, "as agreed on Monday"),
  change(14, "canaried", "canary", now - 20 * HOUR, "agrees with the champion on 99.2 % of the flows", 0.1),
];

const series = Array.from({ length: 288 }, (_, at) => {
  const busy = 0.4 + 0.6 * Math.abs(Math.sin((at / 288) * Math.PI));
  return {
    at: now - (288 - at) * 5 * MINUTE,
    judged: Math.round(2_400 * busy),
    flagged: Math.round(2 * busy),
    findings: 1,
    flagged_share: 0.0008 + (at % 23 === 0 ? 0.0012 : 0) + (at > 250 ? 0.0006 : 0),
    mean_score: 0.021 + (at > 250 ? 0.014 : 0) + 0.002 * Math.sin(at),
    microseconds: 4.1 + Math.sin(at / 7),
  };
});
const verdicts = { true_positives: 31, false_positives: 4, undecided: 12 };
const found = benign.map((count, at) => Math.round(count * (at > 10 ? 40 : 9)));
const figures = {
  since: now - 24 * HOUR,
  until: now,
  judged: 512_340,
  flagged: 481,
  findings: 212,
  flagged_share: 0.00094,
  expected_share: 0.00102,
  limit_share: 0.005,
  per_second: 231_000,
  microseconds: 4.33,
  scores: found,
  expected_scores: benign,
  verdicts,
  estimated_fpr: 0.000107,
  series,
};
const drift = {
  state: "drifted",
  since: now - 24 * HOUR,
  judged: 512_340,
  needed: 1_000,
  limit: 0.25,
  score_psi: 0.311,
  features: NAMES.map((feature, at) => ({
    feature,
    psi: 0.52 * 0.7 ** at,
    drifted: 0.52 * 0.7 ** at >= 0.25,
    expected: [],
    found: [],
  })),
  features_drifted: false,
  change: { at: 251, before: 0.021, after: 0.035 },
  change_at: now - 3 * HOUR,
  verdicts,
};

export const explanationOf = (alert_id) => ({
  alert_id,
  line: "flows",
  version: "4",
  model_id: "mdl_flows_4",
  findings: [
    {
      at: now - 4 * MINUTE,
      probability: "0.9931",
      threshold: "0.4127",
      version: "4",
      reasons: [
        {
          feature: "distinct ports of the source in 2 minutes",
          value: "412",
          says: "it asked many ports",
          direction: "for",
          usual: "1 to 6",
        },
        {
          feature: "share of failed connections",
          value: "98 %",
          says: "most connections were refused",
          direction: "for",
          usual: "0 to 4 %",
        },
        { feature: "bytes_out per second", value: "1.2 KiB/s", says: "", direction: "against", usual: "" },
      ],
    },
  ],
});

export function answerModels(path, query, empty, page) {
  if (path === "/api/v2/models") {
    const stages = (query.get("stage") ?? "").split(",").filter(Boolean);
    const fits = (each) =>
      (stages.length === 0 || stages.includes(each.stage)) &&
      (!query.get("line") || query.get("line") === each.line);
    return page(empty ? [] : models.filter(fits), query);
  }
  const [, id, part] = /^\/api\/v2\/models\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (id === "explanations") return explanationOf(part);
  const one = models.find((each) => each.id === id);
  if (one === undefined) return undefined;
  if (part === "metrics") return figures;
  if (part === "drift") return drift;
  if (part === undefined) return { model: one, report: reportOf(one), history };
  return one;
}
