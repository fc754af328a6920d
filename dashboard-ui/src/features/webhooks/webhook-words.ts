import type { Delivery, Webhook } from "@/lib/model";

export type Health = "ok" | "failing" | "disabled" | "waiting";

/** How a webhook is doing. */
export function healthOf({ enabled, failing_since: failing, delivered_at: delivered }: Webhook): Health {
  if (!enabled) return "disabled";
  if (failing > 0) return "failing";
  return delivered > 0 ? "ok" : "waiting";
}

export const HEALTH: Record<Health, string> = {
  ok: "Healthy",
  failing: "Failing",
  waiting: "Nothing sent so far",
  disabled: "Disabled",
};

/** Why it is disabled. */
export const WHY_DISABLED: Record<string, string> = {
  hand: "by hand",
  gone: "it answered 410, gone",
  failing: "it failed for too long",
};

export const DELIVERY_STATES = [
  ["", "All"],
  ["pending", "Waiting"],
  ["delivered", "Delivered"],
  ["failed", "Given up"],
] as const;

/** What became of a delivery. */
export function deliveryText({ state, attempts, status }: Delivery): string {
  if (state === "delivered") return `Delivered, ${status}`;
  const answered = status === 0 ? "no answer" : `answered ${status}`;
  if (state === "failed") return attempts === 0 ? "Given up" : `Given up, ${answered}`;
  if (attempts === 0) return "On its way";
  return `Tried ${attempts === 1 ? "once" : `${attempts} times`}, ${answered}`;
}

/** The URL without its scheme, for a narrow column. */
export function shortUrl(url: string): string {
  return url.replace(/^https?:\/\//, "");
}
