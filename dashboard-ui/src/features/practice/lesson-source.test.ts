import { expect, it } from "vitest";
import { lessonOf, lessonSource } from "./lesson-source";

it("names a lesson as questions do, and finds it again", () => {
  expect(lessonOf(lessonSource("reading-network-alerts", "04-scans"))).toEqual({
    course: "reading-network-alerts",
    lesson: "04-scans",
  });
  for (const other of ["", "med_1", "alr_1", "lesson:", "lesson:a", "lesson:a/b/c"])
    expect(lessonOf(other)).toBeUndefined();
});
