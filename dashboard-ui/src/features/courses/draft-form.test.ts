import { expect, it } from "vitest";
import type { Draft } from "@/lib/model";
import {
  draftOf,
  formOf,
  isReordered,
  missingIn,
  movedUp,
  namesIn,
  newLesson,
  slugOf,
  withName,
} from "./draft-form";
import { passagesIn, placesOf } from "./section-words";

const LESSON = { slug: "scans", title: "Scans", minutes: 6, techniques: ["T1046"], text: "Text." };
const DRAFT: Draft = {
  title: "Alerts",
  summary: "",
  lessons: [{ ...LESSON, teaches: ["Port scan"], requires: ["Port", "Flow"], section: null }],
};

const passage = (number: number, position: string, text: string) =>
  ({
    number,
    position,
    text,
    kind: "text",
    term: "",
    section: [] as string[],
    page: 0,
    slide: 0,
    line: 0,
    at_ms: -1,
  }) as const;

it("makes addresses of titles", () => {
  expect(["Scans & Probes", " Übung 1 ", "端口", "x".repeat(80)].map(slugOf)).toEqual([
    "scans-probes",
    "ubung-1",
    "",
    "x".repeat(64),
  ]);
});

it("reads names between commas and lines, each once", () => {
  expect(namesIn(" Port,Flow,\n Port , ,")).toEqual(["Port", "Flow"]);
  expect(withName("Port", "Flow")).toBe("Port, Flow");
  expect(withName(" ", "Flow")).toBe("Flow");
});

it("sends what it was given, and new lessons under slugs of their own", () => {
  const form = formOf(DRAFT);
  expect(draftOf(form)).toEqual({ ...DRAFT, lessons: [{ ...DRAFT.lessons[0], section: null }] });
  const section = { medium: "med_1", first: "#A", last: "" };
  const lessons = [
    ...form.lessons,
    { ...newLesson("1"), title: "Scans", text: "More." },
    { ...newLesson("2", section), title: "端口", text: "left over", techniques: "t1046" },
  ];
  const sent = draftOf({ ...form, lessons }).lessons ?? [];
  expect(sent.map(({ slug }) => slug)).toEqual(["scans", "scans-2", "lesson"]);
  expect(sent[2]).toMatchObject({ text: "", section, techniques: ["T1046"] });
  expect(isReordered({ title: "", summary: "", lessons: sent }, DRAFT)).toBe(false);
  expect(isReordered({ title: "", summary: "", lessons: sent.toReversed() }, DRAFT)).toBe(true);
});

it("moves a lesson up, and the first one nowhere", () => {
  const [a, b] = [newLesson("a"), newLesson("b")];
  expect(movedUp([a, b], 1)).toEqual([b, a]);
  expect(movedUp([a, b], 0)).toEqual([a, b]);
});

it("says what is missing", () => {
  const { title, summary, lessons } = formOf(DRAFT);
  const [one] = lessons;
  if (one === undefined) throw new Error("no lesson");
  const missing = (...changed: (typeof one)[]) => missingIn({ title, summary, lessons: changed });
  expect(missingIn({ title: " ", summary, lessons })).toBe("The course needs a title.");
  expect(missing({ ...one, title: "" })).toBe("Lesson 1 needs a title.");
  expect(missing({ ...one, text: " " })).toBe("“Scans” has no text.");
  expect(missing({ ...one, text: "", section: { medium: "", first: "", last: "" } })).toBe(
    "Choose the medium of “Scans”.",
  );
  expect(missing(one, { ...one, text: "", section: { medium: "med_1", first: "", last: "" } })).toBe("");
});

it("names the places of a medium, and what stands between two", () => {
  const all = [
    passage(0, "#Ports", "Ports"),
    passage(1, "#Ports", "A port."),
    passage(2, "page 2", "x".repeat(80)),
    passage(3, "", "loose"),
  ];
  expect(placesOf(all)).toEqual([
    ["#Ports", "Ports"],
    ["page 2", `page 2: ${"x".repeat(60)}…`],
  ]);
  const between = (first: string, last: string) =>
    passagesIn(all, { medium: "m", first, last }).map(({ number }) => number);
  expect([
    between("", ""),
    between("#Ports", "#Ports"),
    between("page 2", "#Ports"),
    between("gone", ""),
  ]).toEqual([[0, 1, 2, 3], [0, 1], [], []]);
});
