import { describe, expect, it, vi } from "vitest";
import { frameBatch, slowBatch } from "./frame-batch";
import { indented } from "./json";
import { formatBytes, formatCompact, plural } from "./number";
import { mergePages } from "./pages";
import { getPreferences, setPreferences } from "./preferences";
import { asProblem, ProblemError, problemFrom } from "./problem";
import { formatFull, formatSpan, formatTime, formatWhole } from "./time";
import { parseSearch, safeNext, stringifySearch } from "./urls";

const S = 1_000_000;

describe("time", () => {
  const at = Date.UTC(2026, 10, 21, 8, 5, 9) * 1_000;

  it("is short on the same day and has the day on others", () => {
    expect(formatTime(at, "utc", at + 3_600 * S)).toBe("08:05:09 Z");
    expect(formatTime(at, "utc", at + 86_400 * S)).toBe("2026-11-21 08:05 Z");
    expect(formatTime(0, "utc", at)).toBe("never");
  });

  it.each([
    [0, "just now"],
    [42, "42 s ago"],
    [300, "5 min ago"],
    [7_300, "2 h ago"],
    [86_400 * 3, "3 d ago"],
    [86_400 * 90, "3 mo ago"],
    [86_400 * 800, "2 y ago"],
    [-120, "in 2 min"],
  ])("is relative: %i s", (seconds, text) => {
    expect(formatTime(at, "relative", at + seconds * S)).toBe(text);
  });

  it("names the zone in full", () => {
    expect(formatFull(at, true)).toBe("2026-11-21 08:05:09 UTC");
    expect(formatFull(at, false)).toMatch(/^2026-11-2\d \d\d:\d\d:09 UTC([+−]\d\d:\d\d)?$/);
    expect(formatSpan(-5)).toBe("0 s");
  });

  it.each([
    [0, "0 s"],
    [90, "1 min 30 s"],
    [5_400, "1 h 30 min"],
    [172_800, "2 d"],
    [90_061, "1 d 1 h 1 min 1 s"],
  ])("says the whole of a span of %i s", (seconds, text) => {
    expect(formatWhole(seconds * S)).toBe(text);
  });
});

describe("JSON", () => {
  it("has line breaks, and what is none stays as it is", () => {
    expect(indented('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(indented("busy")).toBe("busy");
  });
});

describe("numbers", () => {
  it("are short and legible", () => {
    expect(formatCompact(12_345)).toBe("12,345");
    expect(formatCompact(1_843_992)).toBe("1.8M");
    expect([formatBytes(0), formatBytes(1_536), formatBytes(200 * 1_048_576)]).toEqual([
      "0 B",
      "1.5 KiB",
      "200 MiB",
    ]);
    expect([plural(1, "alert"), plural(2, "alert"), plural(2, "match", "matches")]).toEqual([
      "1 alert",
      "2 alerts",
      "2 matches",
    ]);
  });
});

describe("addresses", () => {
  it("go to paths of this server only", () => {
    expect(safeNext("/threats?q=1")).toBe("/threats?q=1");
    for (const bad of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/login",
      "",
      undefined,
    ]) {
      expect(safeNext(bad)).toBe("/alerts");
    }
  });

  it("keep search parameters as flat text", () => {
    expect(parseSearch("?q=123&level=high")).toEqual({ q: "123", level: "high" });
    expect(stringifySearch({ q: "a b", level: undefined, n: 3, empty: "" })).toBe("?q=a+b&n=3");
    expect(stringifySearch({})).toBe("");
  });
});

describe("problems", () => {
  it("are read from any body", () => {
    const response = new Response(null, { status: 503, headers: { "Retry-After": "4", "X-Trace-Id": "t" } });
    expect(problemFrom("<html>", response)).toEqual({
      title: "The server answered 503",
      status: 503,
      detail: "",
      code: "http-503",
      traceId: "t",
      retryAfter: 4,
      faults: [],
    });
    const faults = [{ where: "scans", what: "it has no text" }, "?"];
    expect(problemFrom({ faults }, response).faults).toEqual([faults[0], { where: "", what: "" }]);
    expect(problemFrom({ title: "T", retry_after: 1.2 }, response).retryAfter).toBe(2);
  });

  it("are made of whatever was thrown", () => {
    for (const unreached of [
      "fetch failed",
      "Failed to fetch",
      "Failed to fetch dynamically imported module: http://127.0.0.1/assets/x.js",
      "NetworkError when attempting to fetch resource.",
      "error loading dynamically imported module: http://127.0.0.1/assets/x.js",
      "Importing a module script failed.",
      "Load failed",
      "network error", // Chromium's, and below Firefox', when an answer breaks off
      "Error in input stream",
    ]) {
      expect(asProblem(new TypeError(unreached)).code).toBe("unreachable");
    }
    const fault = asProblem(new TypeError("Cannot read properties of undefined (reading 'length')"));
    expect([fault.code, fault.title]).toEqual(["page", "Something went wrong in this page"]);
    expect(asProblem(new TypeError("Course load failed")).code).toBe("page");
    expect(asProblem(new Error("Load failed")).code).toBe("page");
    expect(asProblem(new Error("boom")).detail).toBe("boom");
    expect(asProblem("odd").detail).toBe("odd");
    const problem = asProblem(new Error("x"));
    expect(asProblem(new ProblemError(problem))).toBe(problem);
  });
});

describe("frame batch", () => {
  it("hands over the newest change per key, once per frame", () => {
    vi.useFakeTimers();
    const flush = vi.fn<(items: { id: string; n: number }[]) => void>();
    const add = frameBatch<{ id: string; n: number }>((item) => item.id, flush);
    for (const [id, n] of [
      ["a", 1],
      ["b", 1],
      ["a", 2],
    ] as const)
      add({ id, n });
    expect(flush).not.toHaveBeenCalled();
    vi.advanceTimersByTime(17);
    expect(flush).toHaveBeenCalledExactlyOnceWith([
      { id: "b", n: 1 },
      { id: "a", n: 2 },
    ]);
    vi.advanceTimersByTime(2_000);
    expect(flush).toHaveBeenCalledTimes(1);
  });

  it("goes on in a hidden tab, where no frames are drawn", () => {
    vi.useFakeTimers();
    vi.stubGlobal("requestAnimationFrame", () => 0);
    const flush = vi.fn<(items: string[]) => void>();
    frameBatch<string>(String, flush)("a");
    vi.advanceTimersByTime(1_000);
    expect(flush).toHaveBeenCalledExactlyOnceWith(["a"]);
  });
});

describe("slow batch", () => {
  it("hands over at most once in its time", () => {
    vi.useFakeTimers();
    const flush = vi.fn<(items: string[]) => void>();
    const add = slowBatch<string>((item) => item.slice(0, 1), 400, flush);
    for (const item of ["a1", "b1", "a2"]) add(item);
    vi.advanceTimersByTime(399);
    expect(flush).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(flush).toHaveBeenCalledExactlyOnceWith(["a2", "b1"]);
    add("c1");
    vi.advanceTimersByTime(400);
    expect(flush).toHaveBeenCalledTimes(2);
  });
});

describe("pages", () => {
  const order = { id: String, compare: (one: number, other: number) => other - one };
  const data = {
    pages: [
      { items: [9, 7], next: "x" as string | null },
      { items: [5, 3], next: null },
    ],
    pageParams: ["", "x"],
  };

  it("take changed items in their places", () => {
    const { pages } = mergePages(data, new Set(["3"]), [8, 4, 1, 10], order);
    expect(pages.map((page) => page.items)).toEqual([
      [10, 9, 8, 7],
      [5, 4, 1],
    ]);
  });

  it("leave out what belongs behind the last page that was fetched", () => {
    const [first] = data.pages;
    const { pages } = mergePages({ pages: first ? [first] : [], pageParams: [""] }, new Set(), [2], order);
    expect(pages[0]?.items).toEqual([9, 7]);
  });
});

describe("preferences", () => {
  it("are kept, and the theme takes effect", () => {
    setPreferences({ theme: "dark", time: "utc" });
    expect(document.documentElement.dataset["theme"]).toBe("dark");
    expect(JSON.parse(localStorage.getItem("netsentinel.preferences") ?? "")).toMatchObject({ time: "utc" });
    setPreferences({ theme: "system" });
    expect(document.documentElement.dataset["theme"]).toBeUndefined();
    expect(getPreferences().time).toBe("utc");
  });

  it("last as long as the page when storage is blocked", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("blocked");
    });
    setPreferences({ time: "relative" });
    expect(getPreferences().time).toBe("relative");
  });
});
