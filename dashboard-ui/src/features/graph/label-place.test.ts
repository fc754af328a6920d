import { expect, it } from "vitest";
import { labelStart } from "./label-place";

it("puts a label at the right of its dot, at the left where the picture ends, and back where neither has room", () => {
  expect(labelStart(100, 8, 60, 390)).toBe(108);
  expect(labelStart(350, 8, 60, 390)).toBe(282);
  expect(labelStart(200, 8, 300, 390)).toBe(208);
});
