import type { KeyItem, Role, Scope, Tier, UserItem } from "@/lib/model";

export const ROLES = [
  ["viewer", "Viewer", "Looks at everything, and learns."],
  ["analyst", "Analyst", "Also decides about alerts, hunts, and changes sources, rules, models and courses."],
  ["admin", "Administrator", "Also manages people and keys, and puts models into charge."],
] as const satisfies readonly (readonly [Role, string, string])[];

export const roleName = (role: Role): string => ROLES.find(([value]) => value === role)?.[1] ?? role;

/** Everything that a key without a role may be let do; typed so that a new permission cannot be forgotten. */
const WHAT: Record<Scope, true> = {
  "events:read": true,
  "events:write": true,
  "events:hunt": true,
  "alerts:read": true,
  "alerts:write": true,
  "threats:read": true,
  "sources:read": true,
  "sources:write": true,
  "rules:read": true,
  "rules:write": true,
  "models:read": true,
  "models:write": true,
  "models:promote": true,
  "tasks:read": true,
  "tasks:write": true,
  "schedules:read": true,
  "schedules:write": true,
  "recovery:read": true,
  "recovery:write": true,
  "webhooks:read": true,
  "webhooks:write": true,
  "graph:read": true,
  "graph:write": true,
  "media:read": true,
  "media:write": true,
  "courses:learn": true,
  "courses:teach": true,
  "live:connect": true,
  "entries:read": true,
  "connections:read": true,
  "connections:write": true,
  "metrics:read": true,
  "audit:read": true,
  "users:manage": true,
  "keys:manage": true,
};

const isScope = (text: string): text is Scope => Object.hasOwn(WHAT, text);

/** What somebody with these permissions can let a key do: each thing, and what can be done with it. */
export function areasOf(permissions: readonly string[]): ReadonlyMap<string, readonly Scope[]> {
  const areas = new Map<string, readonly Scope[]>();
  for (const scope of Object.keys(WHAT).filter(isScope)) {
    const area = scope.split(":", 1)[0] ?? "";
    if (permissions.includes(scope)) areas.set(area, [...(areas.get(area) ?? []), scope]);
  }
  return areas;
}

export const TIERS = [
  ["", "As the tenant"],
  ["standard", "Standard"],
  ["premium", "Premium"],
] as const satisfies readonly (readonly [Tier | "", string])[];

const DAY_US = 86_400_000_000;

export const LIFETIMES = [
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
  ["0", "Never"],
] as const;

/** Microseconds since 1970; 0 for never. */
export const expiryOf = (days: (typeof LIFETIMES)[number][0], now = Date.now()): number =>
  days === "0" ? 0 : now * 1_000 + Number(days) * DAY_US;

/** What a key may do, in one line. */
export const mayText = ({ role, scopes }: KeyItem): string =>
  role === null ? scopes.join(", ") : roleName(role);

/** Who made a key. */
export function makerOf(id: string, users: readonly UserItem[], keys: readonly KeyItem[]): string {
  if (id === "system") return "Command line";
  return [...users, ...keys].find((one) => one.id === id)?.name ?? id;
}

/** The valid keys that somebody made, which go on without them. */
export const keysMadeBy = (id: string, keys: readonly KeyItem[]): readonly KeyItem[] =>
  keys.filter((key) => key.created_by === id && key.state === "valid");

const holds = (text: string, q: string): boolean => text.toLowerCase().includes(q.trim().toLowerCase());

export const isWantedUser = ({ name, role }: UserItem, q: string): boolean =>
  holds(`${name} ${roleName(role)}`, q);

export const isWantedKey = (key: KeyItem, q: string, all: boolean): boolean =>
  (all || key.state === "valid") && holds(`${key.name} ${key.hint} ${mayText(key)} ${key.source}`, q);
