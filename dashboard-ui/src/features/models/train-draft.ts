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
  /** Labels of benign rows, one a line. */
  readonly benign: string;
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
  line: "",
  kind: "flow-classifier",
  from: "events",
  where: "",
  most: "200000",
  path: "",
  label: "label",
  benign: "",
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

/** Models of what is not flows. */
const OWN: Partial<Record<TrainTexts["from"], TrainTexts["kind"]>> = {
  windows: "behaviour",
  histories: "feature-maps",
};

/** What else changes with where the rows come from: windows have models of their own. */
export function fromOf(texts: TrainTexts, from: TrainTexts["from"]): Partial<TrainTexts> {
  const before = OWN[texts.from] ?? FRESH.kind;
  const after = OWN[from] ?? FRESH.kind;
  return texts.kind === before && before !== after ? { from, kind: after } : { from };
}

/** What the server calls the line where none is stated, as far as that is known before. */
export function lineHint({ from }: TrainTexts): string {
  const name = from === "table" ? "the table's name" : from === "events" ? "flows" : from;
  return `Models of one line take each other's place. Empty: ${name}.`;
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The rows that the server is asked to take. */
function rowsOf(texts: TrainTexts) {
  const isTable = texts.from === "table";
  const ofTable = (text: string): string => (isTable ? text.trim() : "");
  const where = linesOf(texts.where);
  const benign = isTable ? linesOf(texts.benign) : [];
  return {
    path: ofTable(texts.path),
    label: ofTable(texts.label) || "label",
    time_column: texts.split === "time" ? ofTable(texts.timeColumn) : "",
    host_column: texts.split === "host" ? ofTable(texts.hostColumn) : "",
    ...(benign.length > 0 && { benign }),
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
  const line = texts.line.trim();
  return {
    ...(line !== "" && { line }),
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
