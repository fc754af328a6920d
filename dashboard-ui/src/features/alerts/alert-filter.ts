/** Which alerts: as search parameters in the address, as the API's query, and as a test on one alert. */
import { type Alert, type AlertStatus, LEVELS, type Level, levelRank } from "@/lib/model";

export const STATUS_CHOICES = [
  ["active", "Active"],
  ["open", "Open"],
  ["acknowledged", "Acknowledged"],
  ["closed", "Closed"],
  ["all", "All"],
] as const;

/** `active` is open and acknowledged: what still wants somebody. */
export type StatusChoice = (typeof STATUS_CHOICES)[number][0];

/** The view's state; all of it lives in the address. What is absent is not asked for. */
export interface AlertSearch {
  readonly status?: StatusChoice;
  readonly level?: Level;
  readonly q?: string;
  readonly entity?: string;
  readonly source?: string;
  readonly rule?: string;
  readonly tag?: string;
  /** Without one, those first that have the newest events. */
  readonly order?: AlertOrder;
}

/** `arrival`: those first that were raised last, however old their events are; `score`: those with the highest. */
export type AlertOrder = (typeof ORDERS)[number];
const ORDERS = ["arrival", "score"] as const;

const STATUSES_OF: Record<StatusChoice, readonly AlertStatus[]> = {
  active: ["open", "acknowledged"],
  open: ["open"],
  acknowledged: ["acknowledged"],
  closed: ["closed"],
  all: [],
};

const TEXTS = ["q", "entity", "source", "rule", "tag"] as const;

/** Reads the address; what it does not understand is left out rather than sent on. */
export function parseAlertSearch(raw: Record<string, unknown>): AlertSearch {
  const search: Record<string, string> = {};
  const status = STATUS_CHOICES.find(([choice]) => choice === raw["status"])?.[0];
  if (status !== undefined && status !== "active") search["status"] = status;
  const level = LEVELS.find((each) => each === raw["level"]);
  if (level !== undefined && level !== "informational") search["level"] = level;
  for (const name of TEXTS) {
    const value = raw[name];
    if (typeof value === "string" && value.trim() !== "") search[name] = value;
  }
  const order = ORDERS.find((each) => each === raw["order"]);
  if (order !== undefined) search["order"] = order;
  return search;
}

export interface AlertQuery {
  status?: string;
  min_level?: Level;
  q?: string;
  entity?: string;
  source?: string;
  rule_id?: string;
  tag?: string;
}

export function toAlertQuery(search: AlertSearch): AlertQuery {
  const statuses = STATUSES_OF[search.status ?? "active"].join(",");
  return {
    ...(statuses !== "" && { status: statuses }),
    ...(search.level && { min_level: search.level }),
    ...(search.q && { q: search.q.trim() }),
    ...(search.entity && { entity: search.entity }),
    ...(search.source && { source: search.source }),
    ...(search.rule && { rule_id: search.rule }),
    ...(search.tag && { tag: search.tag }),
  };
}

/** The same as the input of an action about alerts. */
export function toAlertsWanted(search: AlertSearch): object {
  const { q: text, ...others } = toAlertQuery(search);
  return { ...others, status: STATUSES_OF[search.status ?? "active"], ...(text && { text }) };
}

/** Whether an alert is about whom somebody typed: by its name, or a user's alone. */
function isNamed({ entity, entity_kind: kind }: Alert, typed: string): boolean {
  const text = typed.toLowerCase();
  return (
    entity === typed || entity === text || (kind === "user" && entity.toLowerCase().endsWith(`\\${text}`))
  );
}

/** Whether what somebody typed is another way in which Windows spells the user or host that an alert is about. */
function isSpelled({ entity, entity_kind: kind }: Alert, typed: string): boolean {
  const text = typed.toLowerCase();
  if (kind === "address") return false;
  const [, user, realm] = /^([^\\]+)@([^@]+)$/.exec(text) ?? [];
  const [domain = "", name] = realm ? [realm, user] : text.split("\\");
  const [first] = domain.split(".");
  return (
    entity === (name?.endsWith("$") || !name ? (name ?? first)?.replace(/\$$/, "") : `${first}\\${name}`)
  );
}

/** Whether a live alert belongs into a list, by the same rules as the server's: other spellings count where nobody `known`
 * has the name that was typed. */
export function matchesSearch(alert: Alert, search: AlertSearch, known: readonly Alert[] = []): boolean {
  const statuses = STATUSES_OF[search.status ?? "active"];
  if (statuses.length > 0 && !statuses.includes(alert.status)) return false;
  if (search.level && levelRank(alert.level) < levelRank(search.level)) return false;
  const { entity } = search;
  if (entity && !isNamed(alert, entity)) {
    if (!isSpelled(alert, entity) || known.some((other) => isNamed(other, entity))) return false;
  }
  if (search.source && alert.source !== search.source) return false;
  if (search.rule && alert.rule_id !== search.rule) return false;
  if (search.tag && !alert.tags.some((tag) => tag.toLowerCase() === search.tag?.toLowerCase())) return false;
  if (!search.q) return true;
  const text = `${alert.title} ${alert.entity} ${alert.src_ip} ${alert.dst_ip}`.toLowerCase();
  return search.q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The names of the filters that are in force; the order is none. */
export const narrowedBy = (search: AlertSearch): string[] =>
  Object.keys(search).filter((name) => name !== "order");

export const isNarrowed = (search: AlertSearch): boolean => narrowedBy(search).length > 0;
