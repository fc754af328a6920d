import { describe, expect, it } from "vitest";
import { MINUTE, makeAlert, NOW } from "@/testing/fixtures";
import { beginnings, reasonsText } from "./related-list";

describe("the time between related alerts", () => {
  it("is that between their beginnings", () => {
    const alert = makeAlert({ first_at: NOW });
    const at = (first: number): string => beginnings(alert, makeAlert({ first_at: first }));
    expect(at(NOW + 5)).toBe("began at the same moment");
    expect(at(NOW + 12 * MINUTE)).toBe("began 12 min later");
    expect(at(NOW - 3 * 60 * MINUTE)).toBe("began 3 h earlier");
  });
});

describe("why an alert is related", () => {
  it("names whom it is about where that is somebody else", () => {
    const own = makeAlert({ entity: "192.0.2.1" });
    const reasons = [{ why: "technique", value: "attack.t1105" }] as const;
    const other = makeAlert({ entity: "192.0.2.9" });
    expect(reasonsText({ alert: other, reasons: [...reasons] }, own)).toBe("192.0.2.9 · also T1105");
    expect(reasonsText({ alert: own, reasons: [...reasons] }, own)).toBe("also T1105");
  });
});
