import { describe, expect, it } from "vitest";
import { cellText, toCsv, toJsonLines } from "@/lib/download";
import { endpoint } from "@/lib/endpoint";
import { formatDuration } from "@/lib/time";
import { fromInput, toInput } from "@/lib/time-input";
import { makeEvent, makeHistogram } from "@/testing/event-fixtures";
import { MINUTE } from "@/testing/fixtures";
import { nearSearch } from "./around";
import { formatColumns, parseColumns } from "./event-columns";
import { FIELDS, formatValue } from "./event-fields";
import { filterOf, parseEventSearch, rangeSearch, toEventQuery } from "./event-search";
import { addTerm, formatTerms, parseTerms } from "./event-terms";
import { histogramView, pathOf, spanText } from "./histogram-data";
import { ticksOf } from "./ticks";

const NOW = Date.UTC(2026, 5, 1, 12) * 1_000;

describe("filters in the address", () => {
  it("come back as they were, whatever the values hold", () => {
    const terms = ["a;b", "c\\", "=d!=", "", "ä\n"].map((value, at) => ({
      column: ["user", "url", "domain", "device", "action"][at] ?? "",
      value,
      exclude: at % 2 === 1,
    }));
    expect(parseTerms(formatTerms(terms))).toEqual(terms);
    expect(formatTerms(terms.slice(0, 2))).toBe("user=a\\;b;url!=c\\\\");
  });

  it("leave out what the server would refuse", () => {
    expect(parseTerms("nothing=1;time=5;tenant=x;dst_port=http;dst_port=22;src_ip")).toEqual([
      { column: "dst_port", value: "22", exclude: false },
    ]);
  });

  it("are turned around, not doubled", () => {
    const term = { column: "user", value: "root", exclude: false };
    expect(addTerm([term], { ...term, exclude: true })).toEqual([{ ...term, exclude: true }]);
    expect(addTerm([term], { ...term, value: "ada" })).toHaveLength(2);
  });
});

describe("the address", () => {
  it("keeps what it understands", () => {
    const raw = {
      q: "x",
      regex: "1",
      range: "7d",
      where: "user=a;junk",
      by: "severity",
      cols: "user",
      page: "2",
    };
    expect(parseEventSearch(raw)).toEqual({
      q: "x",
      regex: "1",
      range: "7d",
      where: "user=a",
      by: "severity",
      cols: "user",
    });
    expect(
      parseEventSearch({ from: "2026-06-01T00:00:00Z", to: "2026-05-01T00:00:00Z", range: "1h" }),
    ).toEqual({ range: "1h" });
    expect(parseEventSearch({ from: "yesterday", by: "user", range: "24h" })).toEqual({});
  });

  it("becomes the query of the API", () => {
    const filter = filterOf({ q: "a.b", regex: "1", where: "user=a=b;dst_port!=22" });
    expect(toEventQuery(filter, NOW)).toEqual({
      regex: "a.b",
      where: ["user=a=b", "dst_port!=22"],
      since: NOW - 86_400e6,
    });
    expect(toEventQuery(filterOf({ range: "all" }), NOW)).toEqual({});
    const fixed = rangeSearch(NOW + 1, NOW + 5_001);
    expect(fixed).toMatchObject({ from: "2026-06-01T12:00:00Z", to: "2026-06-01T12:00:00.006Z" });
    expect(toEventQuery(filterOf({ q: "x", from: fixed.from, to: fixed.to }), NOW)).toEqual({
      q: "x",
      since: NOW,
      until: NOW + 6_000,
    });
  });

  it("names the columns only when they are others than usual", () => {
    expect(formatColumns(parseColumns(undefined))).toBeUndefined();
    expect(parseColumns("user,nonsense,time,user,summary")).toEqual(["user", "summary"]);
    expect(formatColumns(["user"])).toBe("user");
  });

  it("leads from what happened to what happened around it", () => {
    const who = { src_ip: "10.0.0.1", user: "ada", device: "" };
    expect(nearSearch(NOW, who)).toEqual({
      from: "2026-06-01T11:55:00Z",
      to: "2026-06-01T12:05:00Z",
      where: "src_ip=10.0.0.1",
    });
    expect(nearSearch(NOW, { ...who, src_ip: "" }).where).toBe("user=ada");
    expect(nearSearch(NOW, { src_ip: "", user: "", device: "" }).where).toBeUndefined();
  });
});

describe("values", () => {
  it("have a label for every column that is stored", () => {
    const apart = new Set(["entity", "id", "tenant", "native", "raw"]);
    expect(FIELDS.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(makeEvent())
        .filter((name) => !apart.has(name))
        .toSorted(),
    );
  });

  it.each([
    ["class_uid", 4003, "DNS activity"],
    ["class_uid", 9_999, "Class 9999"],
    ["severity", 5, "Critical"],
    ["bytes_out", 2_048, "2.0 KiB"],
    ["dst_port", 50_000, "50000"],
    ["packets_in", 50_000, "50,000"],
    ["duration_us", 3_400_000, "3.4 s"],
    ["user", "ada", "ada"],
  ])("%s %s is written %s", (name, value, text) => {
    expect(formatValue(name, value)).toBe(text);
  });

  it.each([
    [850, "850 µs"],
    [12_000, "12 ms"],
    [125_000_000, "2 min 5 s"],
    [7_500_000_000, "2 h 5 min"],
  ])("a duration of %s is %s", (span, text) => {
    expect(formatDuration(span)).toBe(text);
  });

  it("write an endpoint", () => {
    expect(endpoint("2001:db8::1", 53)).toBe("[2001:db8::1]:53");
  });

  it("leave as CSV and JSON lines, never as formulas", () => {
    expect(
      toCsv(
        ["a", "b"],
        [
          ["=1+1", 'x"y'],
          [null, -5],
          ["-x", { z: 1 }],
        ],
      ),
    ).toBe('a,b\r\n\'=1+1,"x""y"\r\n,-5\r\n\'-x,"{""z"":1}"');
    expect(toJsonLines(["a", "b"], [[1, "x"], [2]])).toBe('{"a":1,"b":"x"}\n{"a":2,"b":null}');
    expect(cellText(undefined)).toBe("");
  });

  it("of the time fields survive the way there and back", () => {
    for (const utc of [true, false]) {
      const text = toInput("2026-06-01T12:30:15Z", utc);
      expect(fromInput(text, utc)).toBe("2026-06-01T12:30:15Z");
    }
    expect([toInput("", true), toInput("x", true), fromInput("", true)]).toEqual(["", "", undefined]);
  });
});

describe("the histogram", () => {
  it("has every span of the range, and its parts in the order of the series", () => {
    const view = histogramView(makeHistogram(), "class_uid");
    expect([view.total, view.top, view.spans.length]).toEqual([4, 3, 10]);
    expect(view.series.map(({ name, count }) => [name, count])).toEqual([
      ["DNS activity", 2],
      ["Network activity", 2],
    ]);
    expect(view.spans[0]?.parts).toEqual([2, 1]);
    expect(pathOf(view, 0, 90)).toBe("M0.07 90.00v-60.00h.86v60.00z");
    expect(pathOf(view, 1, 90)).toContain("M0.07 30.00v-30.00");
  });

  it("puts what is rare together, and severities in their order", () => {
    const parts = Array.from({ length: 9 }, (_, value) => ({ value, count: 9 - value }));
    const histogram = makeHistogram({ items: [{ at: 0, count: 45, parts }], since: 0, until: MINUTE });
    const view = histogramView(histogram, "source");
    expect(view.series.at(-1)).toMatchObject({ name: "All the rest", count: 6 });
    expect(view.spans[0]?.parts).toEqual([9, 8, 7, 6, 5, 4, 6]);
    expect(histogramView(histogram, "severity").series[0]).toMatchObject({ name: "Unknown", colour: "rest" });
  });

  it("is labelled at round times", () => {
    const since = Date.UTC(2026, 5, 1, 10, 7) * 1_000;
    const view = histogramView(makeHistogram({ items: [], since, until: since + 120 * MINUTE }), "class_uid");
    expect(ticksOf(view, true, 800).map(({ text }) => text)).toEqual(["10:30", "11:00", "11:30", "12:00"]);
    expect(spanText(since, since + MINUTE, true)).toBe("2026-06-01 10:07:00 – 10:08:00");
  });

  it.each([
    [56 * 365, 1_300, /^\d{4}$/],
    [56 * 365, 330, /^\d{4}$/],
    [3 * 365, 1_300, /^\d{4}-\d\d$/],
    [200, 330, /^\d{4}-\d\d$/],
    [30, 1_300, /^\d\d-\d\d$/],
    [1, 330, /^\d\d:\d\d$/],
    [0.0002, 330, /^\d\d:\d\d:\d\d$/],
  ])("has labels that do not touch, of %d days on %d pixels", (days, width, form) => {
    const until = Date.UTC(2026, 10, 22, 12) * 1_000;
    const since = until - days * 1_440 * MINUTE;
    const span = (until - since) / 120;
    const view = histogramView(makeHistogram({ items: [], since, until, width: span }), "class_uid");
    for (const utc of [true, false]) {
      const ticks = ticksOf(view, utc, width);
      expect(ticks.length).toBeGreaterThan(1);
      const ends = [...ticks.slice(1).map(({ at }) => at * width), width];
      for (const [index, { at, text }] of ticks.entries()) {
        expect(text).toMatch(form);
        expect((ends[index] ?? 0) - at * width).toBeGreaterThanOrEqual(text.length * 7 + 5);
      }
    }
  });

  it("has no labels where there is no room", () => {
    expect(ticksOf(histogramView(makeHistogram(), "class_uid"), true, 20)).toEqual([]);
  });
});
