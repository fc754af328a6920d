import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Alert } from "@/lib/model";
import { MINUTE, makeAlert, makeDetail, NOW } from "@/testing/fixtures";
import { MAX_KEPT, mergeIntoDetails, mergeIntoLists, mergeIntoPages } from "./alert-cache";
import { alertKeys } from "./alert-queries";
import { openByLevel, perMinute } from "./overview-data";

const page = (items: Alert[], next: string | null = null) => ({ pages: [{ items, next }], pageParams: [""] });
const ids = (data: { pages: { items: readonly Alert[] }[] } | undefined): string[] =>
  (data?.pages ?? []).flatMap(({ items }) => items.map(({ id }) => id));

describe("lists", () => {
  const one = makeAlert({ id: "one", last_at: NOW - 10 });
  const two = makeAlert({ id: "two", last_at: NOW - 20 });

  it("take a new alert at the top and move a changed one there", () => {
    const client = new QueryClient();
    client.setQueryData(alertKeys.list({}), page([one, two]));
    mergeIntoLists(client, [
      makeAlert({ id: "new", last_at: NOW }),
      { ...two, last_at: NOW - 1, version: 2 },
    ]);
    expect(ids(client.getQueryData(alertKeys.list({})))).toEqual(["new", "two", "one"]);
  });

  it("go by when alerts were raised where that is the order", () => {
    const search = { order: "arrival" } as const;
    const late = makeAlert({ id: "late", last_at: NOW - 9_000, raised_at: NOW });
    const data = page([{ ...one, raised_at: NOW - 5 }]);
    expect(ids(mergeIntoPages(data, new Map([["late", late]]), search))).toEqual(["late", "one"]);
    expect(ids(mergeIntoPages(data, new Map([["late", late]]), {}))).toEqual(["one", "late"]);
  });

  it("put the highest score first where that is the order, and of equal ones the newest", () => {
    const data = page([
      { ...one, score: 80 },
      { ...two, score: 40 },
    ]);
    const grave = makeAlert({ id: "grave", score: 80, last_at: NOW - 50 });
    const equal = makeAlert({ id: "equal", score: 40, last_at: NOW });
    const changed = new Map([grave, equal].map((alert) => [alert.id, alert]));
    expect(ids(mergeIntoPages(data, changed, { order: "score" }))).toEqual(["one", "grave", "equal", "two"]);
  });

  it("let go of what no longer matches, and stay as they are when nothing concerns them", () => {
    const data = page([one, two]);
    const closed = new Map([["one", { ...one, status: "closed" as const, version: 2 }]]);
    expect(ids(mergeIntoPages(data, closed, {}))).toEqual(["two"]);
    expect(
      mergeIntoPages(data, new Map([["x", makeAlert({ id: "x", level: "low" })]]), { level: "high" }),
    ).toBe(data);
  });

  it("go back to their first page when they have grown too long", () => {
    const client = new QueryClient();
    client.setQueryData(alertKeys.list({}), {
      pages: [...page([one], "c").pages, ...page([two]).pages],
      pageParams: ["", "c"],
    });
    mergeIntoLists(
      client,
      Array.from({ length: MAX_KEPT }, (_, index) => makeAlert({ id: `n${index}`, last_at: NOW + index })),
    );
    expect(client.getQueryData<ReturnType<typeof page>>(alertKeys.list({}))?.pages).toHaveLength(1);
    expect(client.getQueryState(alertKeys.list({}))?.isInvalidated).toBe(true);
  });

  it("do not go back to an older version", () => {
    const data = page([{ ...one, version: 5, count: 50 }]);
    expect(mergeIntoPages(data, new Map([["one", { ...one, version: 4 }]]), {})).toBe(data);
  });
});

describe("alert pages", () => {
  it("show the change, also among the related", () => {
    const client = new QueryClient();
    client.setQueryData(alertKeys.detail("alr_1"), makeDetail());
    mergeIntoDetails(client, [
      makeAlert({ version: 2, status: "acknowledged", count: 13 }),
      makeAlert({ id: "alr_2", title: "Renamed" }),
    ]);
    const detail = client.getQueryData<ReturnType<typeof makeDetail>>(alertKeys.detail("alr_1"));
    expect(detail?.alert.status).toBe("acknowledged");
    expect(detail?.related[0]?.title).toBe("Renamed");
    expect(client.getQueryState(alertKeys.detail("alr_1"))?.isInvalidated).toBe(true);
  });

  it("stay as they are when another alert changes", () => {
    const client = new QueryClient();
    const detail = makeDetail();
    client.setQueryData(alertKeys.detail("alr_1"), detail);
    mergeIntoDetails(client, [makeAlert({ id: "other" })]);
    expect(client.getQueryData(alertKeys.detail("alr_1"))).toBe(detail);
  });
});

describe("the overview", () => {
  const summary = {
    counts: [
      { status: "open", level: "high", count: 2 },
      { status: "closed", level: "high", count: 9 },
      { status: "open", level: "low", count: 1 },
    ] as const,
    unassigned: 0,
    mine: 0,
    raised: [
      { at: NOW - MINUTE, count: 3 },
      { at: NOW - 59 * MINUTE, count: 1 },
      { at: NOW - 61 * MINUTE, count: 7 },
    ],
    at: NOW,
  };

  it("counts open alerts by level", () => {
    expect(openByLevel({ ...summary, counts: [...summary.counts] })).toMatchObject({
      high: 2,
      low: 1,
      critical: 0,
    });
  });

  it("puts what was raised into the minutes of the last hour", () => {
    const minutes = perMinute({ ...summary, counts: [] }, NOW);
    expect(minutes).toHaveLength(60);
    expect([minutes[0], minutes[58], minutes[59]]).toEqual([1, 3, 0]);
    expect(minutes.reduce((sum, count) => sum + count, 0)).toBe(4);
  });
});
