import { plural } from "@/lib/number";

const STEPS = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
] as const;

/** A span of seconds in the largest unit that fits. */
export function inWords(seconds: number): string {
  for (const [size, name] of STEPS) {
    const count = Math.round(seconds / size);
    if (seconds >= size) return plural(count, name);
  }
  return "a moment";
}
