import type { Webhook, WebhookDraft } from "@/lib/model";

/** A webhook as one states it. */
export function draftOf({ url, events, description, enabled }: Webhook): WebhookDraft {
  return { url, events: [...events], description, enabled };
}

/** The kinds of events by topic, each with the pattern that names all of a prefix. */
export interface EventGroup {
  readonly prefix: string;
  readonly kinds: readonly { readonly name: string; readonly summary: string }[];
}

/** The kinds by what stands before the first point. */
export function groupsOf(
  kinds: readonly { readonly name: string; readonly summary: string }[],
): EventGroup[] {
  const groups = new Map<string, { name: string; summary: string }[]>();
  for (const kind of kinds) {
    const prefix = kind.name.split(".", 1)[0] ?? kind.name;
    groups.set(prefix, [...(groups.get(prefix) ?? []), kind]);
  }
  return [...groups].map(([prefix, list]) => ({ prefix, kinds: list }));
}

/** The events after one was ticked or not; a pattern takes the place of the kinds that it names. */
export function toggled(events: readonly string[], event: string, on: boolean): string[] {
  if (!on) return events.filter((each) => each !== event);
  const covered = (each: string): boolean =>
    event === "*" || (event.endsWith(".*") && each.startsWith(event.slice(0, -1)));
  return [...events.filter((each) => !covered(each)), event];
}

/** Whether an event is named by a pattern that is ticked. */
export function isCovered(events: readonly string[], event: string): boolean {
  if (event !== "*" && events.includes("*")) return true;
  return events.some((each) => each !== event && each.endsWith(".*") && event.startsWith(each.slice(0, -1)));
}
