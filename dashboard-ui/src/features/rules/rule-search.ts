/** Which rules: as search parameters in the address, and as the API's query. */
import { LEVELS, type Level } from "@/lib/model";

export const STATE_CHOICES = [
  ["all", "All"],
  ["enabled", "Enabled"],
  ["disabled", "Disabled"],
  ["failing", "Failing"],
] as const;

export const ORDER_CHOICES = [
  ["title", "By title"],
  ["hits", "Most hits first"],
  ["last_hit", "Last hit first"],
  ["cost", "Most costly first"],
  ["level", "Highest level first"],
] as const;

export type StateChoice = (typeof STATE_CHOICES)[number][0];
export type OrderChoice = (typeof ORDER_CHOICES)[number][0];

/** The view's state; all of it lives in the address. What is absent is not asked for. */
export interface RuleSearch {
  readonly q?: string;
  readonly state?: StateChoice;
  readonly level?: Level;
  readonly pack?: string;
  readonly logsource?: string;
  readonly order?: OrderChoice;
}

const TEXTS = ["q", "pack", "logsource"] as const;

/** Reads the address; what it does not understand is left out rather than sent on. */
export function parseRuleSearch(raw: Record<string, unknown>): RuleSearch {
  const search: Record<string, string> = {};
  const state = STATE_CHOICES.find(([choice]) => choice === raw["state"])?.[0];
  if (state !== undefined && state !== "all") search["state"] = state;
  const order = ORDER_CHOICES.find(([choice]) => choice === raw["order"])?.[0];
  if (order !== undefined && order !== "title") search["order"] = order;
  const level = LEVELS.find((each) => each === raw["level"]);
  if (level !== undefined) search["level"] = level;
  for (const name of TEXTS) {
    const value = raw[name];
    if (typeof value === "string" && value.trim() !== "") search[name] = value;
  }
  return search;
}

export interface RuleQuery {
  q?: string;
  state?: string;
  level?: string;
  pack?: string;
  product?: string;
  category?: string;
  service?: string;
  order?: OrderChoice;
}

/** `product:windows` asks for a product, `category:` and `service:` for those, anything else for a product. */
export function toRuleQuery(search: RuleSearch): RuleQuery {
  const [kind = "", name = ""] = (search.logsource ?? "").includes(":")
    ? (search.logsource ?? "").split(":", 2)
    : ["product", search.logsource];
  return {
    ...(search.q && { q: search.q.trim() }),
    ...(search.state && search.state !== "all" && { state: search.state }),
    ...(search.level && { level: search.level }),
    ...(search.pack && { pack: search.pack }),
    ...(name !== "" && { [kind === "category" || kind === "service" ? kind : "product"]: name }),
    ...(search.order && { order: search.order }),
  };
}

export function isNarrowed(search: RuleSearch): boolean {
  return Object.keys(search).some((name) => name !== "order");
}
