import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import type { Question } from "@/lib/model";
import { ADA, at, makeAlert, makeDetail, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";

const TEACHER = { ...ADA, permissions: [...ADA.permissions, "courses:learn", "courses:teach", "graph:read"] };

function draft(change: Partial<Question> = {}): Question {
  return {
    id: "qst_1",
    tenant: "default",
    slug: "text/cpt_1/gap",
    version: 1,
    state: "draft",
    content: {
      kind: "choice",
      prompt: "A ____ is a number that is used once.",
      options: ["cookie", "nonce"],
      facts: [],
      key: { right: ["nonce"], pairs: [] },
      explanation: "nonce: a number that is used once.",
      concepts: ["nonce"],
    },
    source: {
      kind: "medium",
      id: "med_1",
      position: "#Tokens",
      sentence: "A nonce is a number that is used once.",
    },
    by: "usr_1",
    at: NOW,
    ...change,
  };
}

const drill = (state: Question["state"] = "draft"): Question => {
  const { content } = draft();
  return draft({
    state,
    content: {
      ...content,
      kind: "triage",
      prompt: "Judge this alert.",
      options: [],
      facts: [{ name: "From", value: "10.0.0.1" }],
      key: { ...content.key, right: [], pairs: [{ left: "Verdict", right: "A real attack" }] },
    },
    source: { kind: "alert", id: "alr_1", position: "", sentence: "" },
  });
};

/** The page with these drafts; what was decided is told. */
function open(items: Question[], me: object = TEACHER) {
  const sent: Record<string, unknown>[] = [];
  const shown = { items };
  server.use(
    get("/api/v2/me", { ...me }),
    http.get(at("/api/v2/practice/questions"), () => HttpResponse.json({ items: shown.items, next: null })),
    http.post(at("/api/v2/practice/questions/:id/decision"), async ({ request }) => {
      const body = { ...asRecord(await request.json()) };
      sent.push(body);
      const state = body["state"] === "draft" ? "draft" : "retired";
      shown.items = state === "draft" ? items.map((one) => ({ ...one, version: 2 })) : [];
      return HttpResponse.json(draft({ state, version: 2 }));
    }),
  );
  return { ...renderApp("/practice/drafts"), sent };
}

describe("drafts to approve", () => {
  it("shows what is right and where it is from, and approves", async () => {
    const { user, sent } = open([draft()]);
    const list = await screen.findByRole("list", { name: "Drafts" });
    expect(within(list).getByRole("heading", { name: /A ____ is a number/ })).toBeVisible();
    const right = within(list).getByText("Right").closest("li");
    expect(right).toHaveTextContent("nonce");
    expect(within(list).getByRole("link", { name: "The text" })).toHaveAttribute("href", "/library/med_1");
    await user.click(within(list).getByRole("button", { name: "Approve" }));
    expect(await screen.findByText("The question is asked from now on")).toBeVisible();
    expect(sent).toEqual([{ state: "approved", prompt: "", explanation: "", options: [] }]);
    expect(await screen.findByRole("heading", { name: "Nothing waits" })).toBeVisible();
  });

  it("puts a text right; what is right stays so by its place", async () => {
    const { user, sent } = open([draft()]);
    await user.click(await screen.findByRole("button", { name: "Edit" }));
    const choice = screen.getByRole("textbox", { name: "Choice 2, right" });
    await user.clear(choice);
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
    await user.type(choice, "one-time number");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ state: "draft", options: ["cookie", "one-time number"] });
    expect(await screen.findByRole("button", { name: "Approve" })).toBeVisible();
  });

  it("discards a drill, which can be taken back, and says what to look for", async () => {
    const { user, sent } = open([drill()]);
    expect(await screen.findByText(/Names in free text may have stayed/)).toBeVisible();
    expect(screen.getByText("A real attack")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Discard" }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent.map(({ state }) => state)).toEqual(["retired", "draft"]));
  });

  it("makes drafts of a concept, and says why there are none", async () => {
    const { user } = open([]);
    const skipped = [{ concept: "cpt_9", name: "Beacon", reason: "nothing defines it" }];
    server.use(
      http.post(at("/api/v2/practice/drafts"), () =>
        HttpResponse.json({ added: 0, items: [], skipped, left: 0 }),
      ),
    );
    await user.type(await screen.findByLabelText("Make drafts for a concept"), "Beacon{Enter}");
    expect(await screen.findByText("Nothing can be made of Beacon: nothing defines it.")).toBeVisible();
    server.use(
      fails("/api/v2/practice/drafts", 404, { title: "Not found", detail: "There is no concept Bacon." }),
    );
    await user.click(screen.getByRole("button", { name: "Make drafts" }));
    expect(await screen.findByText("There is no concept Bacon.")).toBeVisible();
  });

  it("is for those who teach", async () => {
    open([draft()], { ...ADA, role: "viewer", permissions: ["courses:learn"] });
    expect(await screen.findByRole("heading", { name: "For those who teach" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "To approve" })).toBeNull();
  });
});

describe("the drill of an alert", () => {
  const NO_LESSONS = { techniques: [], lessons: [], lacks: [], drill: [] };
  const openAlert = (questions: Question[], decided = true, me: object = TEACHER) => {
    const alert = makeAlert({ verdict: decided ? "true_positive" : "undecided" });
    server.use(
      get("/api/v2/me", { ...me }),
      get("/api/v2/alerts/:id", makeDetail({ alert })),
      get("/api/v2/alerts/:id/lessons", NO_LESSONS),
      get("/api/v2/practice/questions", { items: questions, next: null }),
    );
    return renderApp("/alerts/alr_1");
  };

  it("is made of a decided alert, and waits for somebody to approve it", async () => {
    const { user, address } = openAlert([]);
    server.use(http.post(at("/api/v2/practice/drills"), () => HttpResponse.json(drill())));
    await user.click(await screen.findByRole("button", { name: "Make a drill" }));
    await waitFor(() => expect(address()).toBe("/practice/drafts#qst_1"));
  });

  it("waits for a verdict", async () => {
    openAlert([], false);
    expect(await screen.findByText(/Once somebody decided what it was/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Make a drill" })).toBeNull();
  });

  it("is approved, or started", async () => {
    const { unmount } = openAlert([drill()]);
    expect(await screen.findByRole("link", { name: "Approve its drill" })).toHaveAttribute(
      "href",
      "/practice/drafts#qst_1",
    );
    unmount();
    openAlert([drill("approved")]);
    expect(await screen.findByRole("link", { name: "Start a drill" })).toHaveAttribute(
      "href",
      "/practice?source=alr_1",
    );
  });

  it("is offered to learners while it is due", async () => {
    const learner = { ...ADA, permissions: [...ADA.permissions, "courses:learn"] };
    server.use(get("/api/v2/practice/due", { items: [], due: 0, new: 0, answered_today: 0, next_at: 0 }));
    const { unmount } = openAlert([], true, learner);
    expect(await screen.findByText("No published lesson explains it yet.")).toBeVisible();
    expect(screen.queryByRole("link", { name: "Start a drill" })).toBeNull();
    unmount();
    const item = { question: { id: "qst_1" }, why: [], due_at: 0 };
    server.use(get("/api/v2/practice/due", { items: [item], due: 1, new: 0, answered_today: 0, next_at: 0 }));
    openAlert([], true, learner);
    expect(await screen.findByRole("link", { name: "Start a drill" })).toBeVisible();
  });
});
