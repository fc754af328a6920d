import { describe, expect, it } from "vitest";
import { MINUTE, makeAlert, NOW } from "@/testing/fixtures";
import { beginnings } from "./related-list";

describe("the time between related alerts", () => {
  it("is that between their beginnings", () => {
    const alert = makeAlert({ first_at: NOW });
    const at = (first: number): string => beginnings(alert, makeAlert({ first_at: first }));
    expect(at(NOW + 5)).toBe("began at the same moment");
    expect(at(NOW + 12 * MINUTE)).toBe("began 12 min later");
    expect(at(NOW - 3 * 60 * MINUTE)).toBe("began 3 h earlier");
  });
});
