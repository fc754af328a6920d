/** Which webhook is open; all of it lives in the address. */
export interface WebhookSearch {
  /** The webhook whose deliveries are shown. */
  readonly webhook?: string;
}

export function parseWebhookSearch(raw: Record<string, unknown>): WebhookSearch {
  const { webhook } = raw;
  return typeof webhook === "string" && webhook !== "" ? { webhook } : {};
}
