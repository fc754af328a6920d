import { describe, expect, it } from "vitest";
import { makeTask } from "@/testing/task-fixtures";
import { matchesTaskSearch, parseTaskSearch, toTaskQuery } from "./task-search";
import { actsOn, outcomeName, reasonText, stateName } from "./task-states";

const acts = (change: Parameters<typeof makeTask>[0]) => actsOn(makeTask(change)).join(" ");

describe("what may be done about a task", () => {
  it("follows the server's rules", () => {
    expect(acts({ state: "queued" })).toBe("pause skip cancel");
    expect(acts({ state: "running" })).toBe("pause skip cancel");
    expect(acts({ state: "running", wanted: "pause" })).toBe("skip cancel");
    expect(acts({ state: "running", wanted: "cancel" })).toBe("");
    expect(acts({ state: "paused" })).toBe("resume skip cancel");
    expect(acts({ state: "retry_wait" })).toBe("retry pause skip cancel");
    expect(acts({ state: "waiting", reason: "not_before" })).toBe("retry pause skip cancel");
    expect(acts({ state: "waiting", reason: "needs" })).toBe("pause skip cancel");
    expect(acts({ state: "dead" })).toBe("retry");
    expect(acts({ state: "succeeded" })).toBe("");
  });

  it("is said in words, also where a newer server has more of them", () => {
    expect(stateName(makeTask({ state: "running", wanted: "skip" }))).toBe("Being skipped");
    expect(stateName(makeTask({ state: "cancelled", reason: "skipped" }))).toBe("Skipped");
    expect(stateName(makeTask({ state: "hibernating" }))).toBe("hibernating");
    expect(outcomeName({ outcome: "timed_out" })).toBe("Timed out");
    expect(reasonText("poison")).toContain("harms");
    expect(reasonText("moon")).toBe("moon");
  });
});

describe("the address of a list of tasks", () => {
  it("says which, and leaves out what it does not understand", () => {
    const search = parseTaskSearch({ state: "failed", action: " a.b ", origin: "", error: 7, x: "y" });
    expect(search).toEqual({ state: "failed", action: "a.b" });
    expect(toTaskQuery(search)).toEqual({ state: "failed,dead", action: "a.b" });
    expect(toTaskQuery(parseTaskSearch({ state: "all", origin: "schedule:1", error: "e" }))).toEqual({
      origin: "schedule:1",
      error_code: "e",
    });
  });

  it("names the same tasks as the server does", () => {
    const task = makeTask({ state: "dead", action: "a.b", origin: "upkeep", error_code: "e" });
    expect(
      matchesTaskSearch(task, { state: "failed", action: "a.b,c.d", origin: "upkeep", error: "e" }),
    ).toBe(true);
    expect(matchesTaskSearch(task, { state: "active" })).toBe(false);
    expect(matchesTaskSearch(task, { action: "a" })).toBe(false);
    expect(matchesTaskSearch(task, { origin: "api" })).toBe(false);
    expect(matchesTaskSearch(task, { error: "f" })).toBe(false);
  });
});
