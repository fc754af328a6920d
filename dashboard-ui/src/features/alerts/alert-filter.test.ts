import { describe, expect, it } from "vitest";
import { makeAlert } from "@/testing/fixtures";
import { isNarrowed, matchesSearch, parseAlertSearch, toAlertQuery } from "./alert-filter";

describe("the address", () => {
  it("is read, and what it does not understand is left out", () => {
    expect(
      parseAlertSearch({ status: "closed", level: "high", q: "ssh", entity: "x", tag: " ", rule: 4 }),
    ).toEqual({
      status: "closed",
      level: "high",
      q: "ssh",
      entity: "x",
    });
    expect(parseAlertSearch({ status: "odd", level: "huge", order: "random" })).toEqual({});
    expect(parseAlertSearch({ order: "score" })).toEqual({ order: "score" });
  });

  it("stays short: what is usual does not stand in it", () => {
    expect(parseAlertSearch({ status: "active", level: "informational" })).toEqual({});
    expect(isNarrowed({})).toBe(false);
    expect(isNarrowed({ order: "score" })).toBe(false);
    expect(isNarrowed({ q: "x" })).toBe(true);
  });
});

describe("the query", () => {
  it("asks for what wants somebody by default", () => {
    expect(toAlertQuery({})).toEqual({ status: "open,acknowledged" });
  });

  it("carries every filter", () => {
    expect(
      toAlertQuery({ status: "all", level: "high", q: " a ", entity: "e", source: "s", rule: "r", tag: "t" }),
    ).toEqual({ min_level: "high", q: "a", entity: "e", source: "s", rule_id: "r", tag: "t" });
  });
});

describe("a live alert", () => {
  const alert = makeAlert();

  it.each([
    [{}, true],
    [{ status: "closed" as const }, false],
    [{ status: "all" as const }, true],
    [{ level: "high" as const }, true],
    [{ level: "critical" as const }, false],
    [{ entity: "203.0.113.7" }, true],
    [{ entity: "203.0.113" }, false],
    [{ source: "nginx" }, false],
    [{ rule: "rule-2" }, false],
    [{ tag: "attack.t1110.001" }, true],
    [{ tag: "ATTACK.T1110.001" }, true],
    [{ tag: "attack.t1" }, false],
    [{ q: "ssh 10.0.0" }, true],
    [{ q: "ssh rdp" }, false],
  ])("%j: %s", (search, expected) => {
    expect(matchesSearch(alert, search)).toBe(expected);
  });
});

describe("whom an alert is about", () => {
  it("is who has the name that was typed before who may be spelled like it", () => {
    const typed = "WS5.lab.example";
    const spelled = makeAlert({ entity: "ws5", entity_kind: "host" });
    const named = makeAlert({ entity: "ws5.lab.example", entity_kind: "host" });
    expect(matchesSearch(spelled, { entity: typed }, [spelled])).toBe(true);
    expect(matchesSearch(spelled, { entity: typed }, [named])).toBe(false);
    expect(matchesSearch(named, { entity: typed }, [named])).toBe(true);
  });

  it.each([
    ["user", "workstation5\\wardog", "WORKSTATION5\\WarDog", true],
    ["user", "theshire\\wardog", "wardog@THESHIRE.LOCAL", true],
    ["user", "theshire\\wardog", "Wardog", true],
    ["user", "theshire\\wardog", "ward", false],
    ["user", "theshire\\wardog", "dog", false],
    ["host", "workstation5", "WORKSTATION5.theshire.local", true],
    ["host", "workstation5", "THESHIRE\\WORKSTATION5$", true],
    ["host", "workstation5", "WORKSTATION5$", true],
    ["host", "workstation5", "workstation", false],
    ["address", "10.0.0.9", "10.0.0.9", true],
    ["address", "10", "10.0.0.9", false],
  ] as const)("a %s %s is found by %s: %s", (kind, entity, typed, expected) => {
    expect(matchesSearch(makeAlert({ entity, entity_kind: kind }), { entity: typed })).toBe(expected);
  });
});
