import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import type { DueItem, PracticeResult } from "@/lib/model";
import { at, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { get, server } from "@/testing/server";
import { inWords } from "./mastery-words";

type Posed = DueItem["question"];

function posed(change: Partial<Posed>): DueItem {
  const question: Posed = {
    id: "qst_1",
    version: 1,
    kind: "choice",
    prompt: "Which flag opens a connection?",
    options: ["SYN", "FIN"],
    fields: [],
    facts: [],
    unit: "",
    concepts: ["Port"],
    source: { kind: "lesson", id: "lesson:c/one", position: "", sentence: "" },
    ...change,
  };
  return {
    question,
    why: [{ code: "new", text: "You were not asked this yet.", value: 0, concept: "" }],
    due_at: 0,
  };
}

const RESULT: PracticeResult = {
  attempt: "a",
  question: "qst_1",
  version: 1,
  at: NOW,
  judgement: { is_right: false, share: 0, right: ["SYN"], parts: [], note: "" },
  explanation: "SYN asks for a connection.",
  source: { kind: "lesson", id: "lesson:c/one", position: "", sentence: "" },
  next_at: NOW,
  interval_s: 60,
  counts: true,
  moves: [{ concept: "cpt_1", name: "Port", before: 0.5, after: 0.4 }],
};

/** The page with these questions; what was sent is told. */
function open(items: DueItem[], result: PracticeResult = RESULT) {
  const sent: Record<string, unknown>[] = [];
  server.use(
    get("/api/v2/practice/due", { items, due: 0, new: items.length, answered_today: 0, next_at: 0 }),
    http.post(at("/api/v2/practice/answers"), async ({ request }) => {
      sent.push({ ...asRecord(await request.json()) });
      return sent.length === 1 && items.length > 1
        ? HttpResponse.json(
            { title: "Busy", status: 503, code: "unavailable", detail: "", trace_id: "" },
            { status: 503 },
          )
        : HttpResponse.json(result);
    }),
  );
  return { ...renderApp("/practice"), sent };
}

describe("practice", () => {
  it("asks one question at a time, by keyboard, and explains", async () => {
    const { user, sent } = open([posed({})]);
    expect(await screen.findByText("You were not asked this yet.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Check" })).toBeDisabled();
    await user.keyboard("2");
    expect(screen.getByRole("radio", { name: /FIN/ })).toBeChecked();
    await user.click(screen.getByRole("button", { name: "Check" }));
    expect(await screen.findByText("Not quite")).toBeVisible();
    expect(screen.getByText("SYN asks for a connection.")).toBeVisible();
    expect(screen.getByText(/Port: 50 → 40 %/)).toBeVisible();
    expect(sent[0]).toMatchObject({ question: "qst_1", version: 1, chosen: ["FIN"] });
    expect(screen.getByRole("button", { name: "Finish" })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { name: "0 of 1 right" })).toBeVisible();
  });

  it("sends an answer again under the same attempt when the server was busy", async () => {
    const { user, sent } = open([posed({ kind: "short", options: [] }), posed({ id: "qst_2" })]);
    await user.type(await screen.findByRole("textbox"), "SYN{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Busy");
    await user.click(screen.getByRole("button", { name: "Check" }));
    await user.click(await screen.findByRole("button", { name: "Next" }));
    expect(sent).toHaveLength(2);
    expect(sent[0]?.["attempt"]).toBe(sent[1]?.["attempt"]);
    expect(screen.getByText("2 of 2")).toBeVisible();
  });

  it("puts things in order and matches them without a mouse", async () => {
    const fields = [{ name: "22", options: ["DNS", "SSH"] }];
    const { user, sent } = open([posed({ kind: "ordering", options: ["b", "a"] })]);
    await user.click(await screen.findByRole("button", { name: "Move up: a" }));
    await user.click(screen.getByRole("button", { name: "Check" }));
    await screen.findByText("Not quite");
    expect(sent[0]).toMatchObject({ chosen: ["a", "b"] });
    expect(posed({ kind: "matching", fields }).question.fields).toEqual(fields);
  });

  it("matches what belongs together", async () => {
    const fields = [{ name: "22", options: ["DNS", "SSH"] }];
    const parts = [{ name: "22", given: "DNS", right: "SSH", is_right: false }];
    const { user } = open([posed({ kind: "matching", options: [], fields })], {
      ...RESULT,
      judgement: { ...RESULT.judgement, parts },
    });
    await user.selectOptions(await screen.findByRole("combobox", { name: "22" }), "DNS");
    await user.click(screen.getByRole("button", { name: "Check" }));
    expect(await screen.findByText("You: DNS", { exact: false })).toBeVisible();
  });

  it("says when the next one comes while nothing is due", async () => {
    open([]);
    expect(await screen.findByRole("heading", { name: "Nothing is due" })).toBeVisible();
    expect([inWords(5), inWords(90), inWords(86_400), inWords(3 * 86_400)]).toEqual([
      "a moment",
      "2 minutes",
      "1 day",
      "3 days",
    ]);
  });
});

describe("mastery", () => {
  it("lists concepts with their reasons", async () => {
    const one = {
      concept: "cpt_1",
      key: "port",
      name: "Port",
      mastery: 0.72,
      is_mastered: true,
      right: 3,
      wrong: 0,
      last_at: NOW,
      reasons: [{ code: "answers", text: "3 of 3 answers were right.", value: 0.8, concept: "" }],
    };
    server.use(get("/api/v2/practice/mastery", { items: [one], mastered: 1 }));
    const { user } = renderApp("/practice/mastery");
    const list = await screen.findByRole("list", { name: "Concepts" });
    const row = within(list).getAllByRole("listitem")[0] ?? list;
    expect(within(row).getByText("72 %")).toBeVisible();
    await user.click(within(row).getByText("Port"));
    expect(within(row).getByText("3 of 3 answers were right.")).toBeVisible();
  });
});
