/** What the form says, and what the server is asked for. */
import type { EvaluationDraft, TrainingDraft } from "@/lib/model";

export const KINDS = [
  ["flow-classifier", "Flow classifier (needs labels)"],
  ["guarded-classifier", "Guarded classifier (needs labels)"],
  ["novelty", "Novelty: four opinions (no labels)"],
  ["nearest", "Nearest benign rows (no labels)"],
  ["isolation-forest", "Isolation forest (no labels)"],
  ["autoencoder", "Autoencoder (no labels)"],
  ["behaviour", "Behaviour: what each entity usually does (no labels)"],
  ["feature-maps", "Feature maps: pictures of rows, by Anomalib (no labels; an extra)"],
] as const;

export const SPLITS = [
  ["hash", "by what they hold"],
  ["time", "by time: what came later"],
  ["host", "by host"],
] as const;

export const BUDGETS = [
  ["0.0001", "0.01 % of benign rows"],
  ["0.001", "0.1 % of benign rows"],
  ["0.01", "1 % of benign rows"],
] as const;

export interface TrainTexts {
  readonly line: string;
  readonly kind: (typeof KINDS)[number][0];
  /** Flows of stored events, windows of entities in them, the same with their past, or a table. */
  readonly from: "events" | "windows" | "histories" | "table";
  /** Terms of the search for stored events, one a line. */
  readonly where: string;
  readonly most: string;
  readonly path: string;
  readonly label: string;
  readonly timeColumn: string;
  readonly hostColumn: string;
  readonly split: (typeof SPLITS)[number][0];
  readonly fpr: (typeof BUDGETS)[number][0];
  /** Minutes to look for better parameters. */
  readonly search: string;
  readonly seed: string;
  readonly note: string;
}

export const FRESH: TrainTexts = {
  line: "flows",
  kind: "flow-classifier",
  from: "events",
  where: "",
  most: "200000",
  path: "",
  label: "label",
  timeColumn: "",
  hostColumn: "",
  split: "hash",
  fpr: "0.001",
  search: "0",
  seed: "0",
  note: "",
};

/** About how many of the rows to measure on. */
const TEST_SHARE = 0.3;

/** Lines and models of what is not flows. */
const OWN: Partial<Record<TrainTexts["from"], Pick<TrainTexts, "line" | "kind">>> = {
  windows: { line: "windows", kind: "behaviour" },
  histories: { line: "histories", kind: "feature-maps" },
};

/** What else changes with where the rows come from: windows have lines and models of their own. */
export function fromOf(texts: TrainTexts, from: TrainTexts["from"]): Partial<TrainTexts> {
  const isOurs = texts.line === (OWN[texts.from] ?? FRESH).line;
  if (!isOurs) return { from };
  const { line, kind } = OWN[from] ?? FRESH;
  return line === texts.line ? { from } : { from, line, kind };
}

/** The rows that the server is asked to take. */
function rowsOf(texts: TrainTexts) {
  const isTable = texts.from === "table";
  const ofTable = (text: string): string => (isTable ? text.trim() : "");
  const where = texts.where
    .split("\n")
    .map((term) => term.trim())
    .filter((term) => term !== "");
  return {
    path: ofTable(texts.path),
    label: ofTable(texts.label) || "label",
    time_column: texts.split === "time" ? ofTable(texts.timeColumn) : "",
    host_column: texts.split === "host" ? ofTable(texts.hostColumn) : "",
    where: isTable ? [] : where,
    q: "",
    since: 0,
    until: 0,
    rows_of: texts.from === "windows" || texts.from === "histories" ? texts.from : ("flows" as const),
    most: Number(texts.most),
  };
}

/** What the server is asked for, to measure a model. */
export const evaluationOf = (texts: TrainTexts): EvaluationDraft => rowsOf(texts);

/** What the server is asked for. */
export function trainingOf(texts: TrainTexts): TrainingDraft {
  return {
    line: texts.line.trim(),
    kind: texts.kind,
    split: texts.split,
    test_share: TEST_SHARE,
    fpr: Number(texts.fpr),
    seed: Number(texts.seed),
    search_seconds: Math.round(Number(texts.search) * 60),
    note: texts.note.trim(),
    ...rowsOf(texts),
  };
}
