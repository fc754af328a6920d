/** The words of the product, as types: the one place that knows how the API's schemas are called. */
import type { components } from "./api-types";

type Schemas = components["schemas"];

export type Level = Schemas["Level"];
export type AlertStatus = Schemas["AlertStatus"];
export type Verdict = Schemas["Verdict"];
export type Alert = Schemas["Alert"];
export type AlertSample = Schemas["AlertSample"];
export type AlertDetail = Schemas["AlertDetail"];
export type AlertPage = Schemas["AlertPage"];
export type MatchedField = Schemas["MatchedField"];
export type RuleText = Schemas["RuleText"];
export type Threat = Schemas["Threat"];
export type ThreatPage = Schemas["ThreatPage"];
export type ThreatDetail = Schemas["ThreatDetail"];
export type SourceItem = Schemas["SourceItem"];
export type SourceShelf = Schemas["SourceShelf"];
export type SourceTest = Schemas["SourceTest"];
export type SourceKey = Schemas["SourceKey"];
export type UserItem = Schemas["UserItem"];
export type GivenPassword = Schemas["GivenPassword"];
export type KeyItem = Schemas["KeyItem"];
export type CreatedKey = Schemas["CreatedKey"];
export type NewApiKey = Schemas["NewApiKey"];
export type Role = Schemas["Role"];
export type Tier = Schemas["Tier"];
/** What a key may be let do: every permission that there is. */
export type Scope = Schemas["Permission"];
export type RejectedLine = Schemas["RejectedLine"];
export type StoredEvent = Schemas["StoredEvent"];
export type Histogram = Schemas["Histogram"];
export type Facet = Schemas["Facet"];
export type HuntResult = Schemas["HuntResult"];
export type Activity = Schemas["Activity"];
export type DueItem = Schemas["DueItem"];
export type PosedQuestion = Schemas["Posed"];
export type Question = Schemas["Question"];
export type Cohort = Schemas["Cohort"];
export type Draft = Schemas["Draft"];
export type DraftText = Schemas["DraftText"];
export type DraftView = Schemas["DraftView"];
export type LessonText = Schemas["LessonText"];
export type PracticeResult = Schemas["Result"];
export type ConceptMastery = Schemas["ConceptMastery"];
export type AlertSummary = Schemas["AlertSummary"];
export type CourseCard = Schemas["CourseCard"];
export type LessonOutline = Schemas["LessonOutline"];
export type LessonView = Schemas["LessonView"];
export type LearnerRow = Schemas["LearnerRow"];
export type BulkResult = Schemas["BulkResult"];
export type Person = Schemas["Person"];
export type RelatedAlert = Schemas["RelatedAlert"];
export type Reason = Schemas["Reason"];
export type NearbyEvent = Schemas["NearbyEvent"];
export type NearbyEvents = Schemas["NearbyEvents"];
export type Match = Schemas["Match"];
export type Condition = Schemas["Condition"];
export type Suppression = Schemas["Suppression"];
export type SuppressionDetail = Schemas["SuppressionDetail"];
export type SuppressionPreview = Schemas["SuppressionPreview"];
export type RuleSummary = Schemas["RuleSummary"];
export type RulePage = Schemas["RulePage"];
export type RuleDetail = Schemas["RuleDetail"];
export type RuleCost = Schemas["RuleCost"];
export type CaseResult = Schemas["CaseResult"];
export type CheckReport = Schemas["CheckReport"];
export type TaskItem = Schemas["TaskItem"];
export type TaskView = Schemas["TaskView"];
export type TaskPage = Schemas["TaskItems"];
export type AttemptItem = Schemas["AttemptItem"];
export type ConnectionItem = Schemas["ConnectionItem"];
export type ActionItem = Schemas["ActionItem"];
export type BreakerView = Schemas["BreakerView"];
export type BreakerChange = Schemas["BreakerChange"];
export type Schedule = Schemas["ScheduleItem"];
export type ScheduleDraft = Schemas["ScheduleText"];
export type Trigger = Schemas["TriggerText"];
export type Run = Schemas["RunItem"];
export type Usage = Schemas["Usage"];
export type UsageOfDay = Schemas["UsageOfDay"];
export type Review = Schemas["ReviewView"];
export type ReviewKind = Schemas["ReviewKind"];
export type ReviewVerdict = Schemas["ReviewVerdict"];
export type LessonFor = Schemas["LessonFor"];
export type TechniqueCoverage = Schemas["TechniqueCoverage"];
export type CoverageReport = Schemas["CoverageReport"];
export type CohortText = Schemas["CohortText"];
export type ShiftSpan = Schemas["SpanText"];
export type Medium = Schemas["MediumItem"];
export type MediumShown = Schemas["MediumShown"];
export type MediumState = Schemas["MediumState"];
export type MediumStage = Schemas["Stage"];
export type Passage = Schemas["PassageView"];
export type MediumConcepts = Schemas["ConceptsSaid"];
export type Library = Schemas["LibraryView"];
export type UploadItem = Schemas["UploadItem"];
export type GraphMap = Schemas["GraphMap"];
export type ConceptDetail = Schemas["ConceptDetail"];
export type UsageWindow = Schemas["ClassUsage"];
export type Model = Schemas["ModelItem"];
export type ModelView = Schemas["ModelView"];
export type ModelChange = Schemas["ChangeItem"];
export type ModelFigures = Schemas["ModelFigures"];
export type ModelDrift = Schemas["Drift"];
export type FeatureDrift = Schemas["FeatureDrift"];
export type ModelExplanation = Schemas["Explanation"];
export type TrainingDraft = Schemas["TrainingText"];
export type EvaluationDraft = Schemas["EvaluationText"];
export type ModelTable = Schemas["TableItem"];
/** Whose requests are shown. */
export type UsageScope = "own" | "tenant";
export type Webhook = Schemas["WebhookItem"];
export type WebhookDraft = Schemas["WebhookText"];
export type WebhookSecret = Schemas["WebhookSecret"];
export type Delivery = Schemas["DeliveryItem"];
export type DeliveryState = Schemas["DeliveryState"];
export type DeliveryTry = Schemas["DeliveryTry"];
export type DeliveryWhole = Schemas["DeliveryWhole"];
export type Resubmission = Schemas["ResubmissionView"];
export type Me = Schemas["Me"];
export type AuthState = Schemas["ServerState"];

/** What a person may change about an alert. */
export interface AlertPatch {
  readonly status?: AlertStatus;
  readonly verdict?: Verdict;
}

/** Integer microseconds since 1970-01-01 UTC. */
export type Micros = number;

/** The detector of alerts that trained models raise. */
export const OF_MODELS = "models";

/** Severity from lowest to highest, in Sigma's words. */
export const LEVELS = ["informational", "low", "medium", "high", "critical"] as const satisfies Level[];
export const VERDICTS = [
  "undecided",
  "true_positive",
  "false_positive",
  "benign",
] as const satisfies Verdict[];

/** 0 (informational) to 4 (critical). */
export function levelRank(level: Level): number {
  return LEVELS.indexOf(level);
}

export const LEVEL_NAMES: Record<Level, string> = {
  informational: "Info",
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
};

export const STATUS_NAMES: Record<AlertStatus, string> = {
  open: "Open",
  acknowledged: "Acknowledged",
  closed: "Closed",
};

export const VERDICT_NAMES: Record<Verdict, string> = {
  undecided: "Undecided",
  true_positive: "True positive",
  false_positive: "False positive",
  benign: "Benign",
};

export type Permission =
  | "alerts:read"
  | "alerts:write"
  | "threats:read"
  | "sources:read"
  | "sources:write"
  | "tasks:read"
  | "tasks:write"
  | "recovery:read"
  | "recovery:write"
  | "rules:read"
  | "rules:write"
  | "models:read"
  | "graph:read"
  | "graph:write"
  | "models:write"
  | "models:promote"
  | "schedules:read"
  | "schedules:write"
  | "webhooks:read"
  | "webhooks:write"
  | "media:read"
  | "media:write"
  | "courses:learn"
  | "courses:teach"
  | "events:read"
  | "events:hunt"
  | "connections:read"
  | "connections:write"
  | "users:manage"
  | "keys:manage"
  | "audit:read"
  | "live:connect";

export function may(me: Me | undefined, permission: Permission): boolean {
  return me?.permissions.includes(permission) ?? false;
}
