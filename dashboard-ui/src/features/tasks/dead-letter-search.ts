/** Which dead letters, as search parameters in the address. */

export const RESOLVED_CHOICES = [
  ["open", "Unresolved"],
  ["resolved", "Resolved"],
  ["all", "All"],
] as const;

export const FAULTS = [
  ["", "Any fault"],
  ["retryable", "Retryable"],
  ["permanent", "Permanent"],
  ["poison", "Poison"],
] as const;

/** Which dead letters; all of it stands in the address. */
export interface DeadLetterSearch {
  readonly resolved?: (typeof RESOLVED_CHOICES)[number][0];
  readonly action?: string;
  readonly fault?: (typeof FAULTS)[number][0];
  readonly error?: string;
}

export function parseDeadLetterSearch(raw: Record<string, unknown>): DeadLetterSearch {
  const search: Record<string, string> = {};
  const resolved = RESOLVED_CHOICES.find(([choice]) => choice === raw["resolved"])?.[0];
  if (resolved !== undefined && resolved !== "open") search["resolved"] = resolved;
  const fault = FAULTS.find(([choice]) => choice === raw["fault"])?.[0];
  if (fault) search["fault"] = fault;
  for (const name of ["action", "error"]) {
    const value = raw[name];
    if (typeof value === "string" && value.trim() !== "") search[name] = value.trim();
  }
  return search;
}
