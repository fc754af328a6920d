import { describe, expect, it } from "vitest";
import { cronInWords } from "./cron-words";

describe("a cron expression in words", () => {
  it.each([
    ["* * * * *", "every minute"],
    ["*/15 * * * *", "every 15 minutes"],
    ["9 * * * *", "every hour at :09"],
    ["@hourly", "every hour at :00"],
    ["5 */6 * * *", "every 6 hours at :05"],
    ["41 3 * * *", "daily at 03:41"],
    ["0 41 3 * * *", "daily at 03:41"],
    ["@Weekly", "Sundays at 00:00"],
    ["30 7 * * 1-5", "Monday to Friday at 07:30"],
    ["30 7 * * mon,7", "Mondays, Sundays at 07:30"],
    ["0 0 1 * *", "on day 1 of each month at 00:00"],
  ])("%s: %s", (text, words) => {
    expect(cronInWords(text)).toBe(words);
  });

  it.each([
    "",
    "*",
    "60 * * * *",
    "0 24 * * *",
    "*/7 * * * *",
    "0 */5 * * *",
    "*/0 * * * *",
    "30 0 3 * * *",
    "0 3 * 6 *",
    "0 3 1 * 1",
    "0 3 0 * *",
    "0 3 L * *",
    "0 3 * * 8",
    "0 3 * * 1-3-5",
    "0 3 * * sun#2",
    "*/5 3 * * *",
    "0 * * * 1",
    "1,2 * * * *",
    "@yearly",
    "0 3 * * * * *",
  ])("says nothing about %s", (text) => {
    expect(cronInWords(text)).toBeUndefined();
  });
});
