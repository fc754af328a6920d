import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import type { CourseCard, DraftView } from "@/lib/model";
import { ADA, at, NOW, PROBLEM } from "@/testing/fixtures";
import { makeMedium, makePassage } from "@/testing/library-fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";

const TEACHER = { ...ADA, permissions: [...ADA.permissions, "courses:learn", "courses:teach", "media:read"] };

const LESSON = { minutes: 5, teaches: [], requires: [], techniques: [], section: null };

function makeView(change: Partial<DraftView["course"]> = {}): DraftView {
  const times = { created_by: "usr_1", created_at: NOW, updated_at: NOW };
  return {
    course: {
      id: "crs_1",
      tenant: "default",
      slug: "alerts",
      title: "Alerts",
      summary: "",
      state: "draft",
      latest: 0,
      lessons: 2,
      minutes: 10,
      has_changes: true,
      version: 3,
      ...times,
      ...change,
    },
    draft: {
      title: "Alerts",
      summary: "",
      lessons: [
        { ...LESSON, slug: "one", title: "One", text: "First." },
        { ...LESSON, slug: "two", title: "Two", text: "Second." },
      ],
    },
  };
}

const CARD: CourseCard = {
  id: "crs_1",
  slug: "alerts",
  title: "Alerts",
  summary: "",
  state: "draft",
  version: 3,
  latest: 0,
  has_changes: true,
  number: 0,
  lessons: 2,
  minutes: 10,
  done: 0,
  started_at: 0,
  finished_at: 0,
  is_assigned: false,
  due_at: 0,
};

/** A page about a course; what is saved is told, and comes back in the order that the server likes. */
function open(path = "/courses/alerts/edit", view = makeView()) {
  const sent: { body: Record<string, unknown>; based: string | null }[] = [];
  const now = { view };
  server.use(
    get("/api/v2/me", TEACHER),
    get("/api/v2/courses", { items: [CARD], next: null }),
    get("/api/v2/courses/:slug", { course: CARD, lessons: [] }),
    get("/api/v2/courses/:slug/assignments", { items: [] }),
    get("/api/v2/courses/:slug/learners", { items: [] }),
    http.get(at("/api/v2/courses/:slug/draft"), () => HttpResponse.json(now.view)),
    http.put(at("/api/v2/courses/:slug/draft"), async ({ request }) => {
      const body = asRecord(await request.json());
      sent.push({ body, based: request.headers.get("If-Match") });
      const course = { ...now.view.course, version: now.view.course.version + 1 };
      const lessons = now.view.draft.lessons.toSorted((a, b) => a.slug.localeCompare(b.slug));
      now.view = { course, draft: { title: String(body["title"]), summary: "", lessons } };
      return HttpResponse.json(course);
    }),
    get("/api/v2/media", { items: [makeMedium(), makeMedium({ id: "med_2", state: "failed" })], next: null }),
    get("/api/v2/media/:id/text", {
      title: "Web sessions",
      total: 2,
      passages: [
        makePassage({ kind: "heading", text: "Nonces", position: "#Nonces" }),
        makePassage({ number: 1, text: "<i>A nonce is used once.</i>", position: "#Nonces" }),
      ],
    }),
    get("/api/v2/media/:id/concepts", {
      total: 2,
      only_here: 2,
      items: [
        { id: "c1", name: "Nonce", kind: "concept", text: "used once", position: "", is_only_here: true },
        { id: "c2", name: "Term", kind: "concept", text: "", position: "", is_only_here: true },
      ],
    }),
  );
  return { ...renderApp(path), sent };
}

describe("writing a course", () => {
  it("saves texts and order, based on what it read, and says when lessons were moved", async () => {
    const { user, sent } = open();
    const list = await screen.findByRole("list", { name: "Lessons" });
    expect(screen.getByRole("button", { name: "Save the draft" })).toBeDisabled();
    await user.click(within(list).getByRole("button", { name: "Move up: Two" }));
    await user.click(within(list).getByRole("button", { name: /^Two/ }));
    const text = screen.getByLabelText("Text in Markdown");
    await user.clear(text);
    expect(screen.getByText("“Two” has no text.")).toBeVisible();
    await user.type(text, "**Bold** <b>");
    await user.click(screen.getByRole("radio", { name: "Read" }));
    expect(screen.getByText("Bold").tagName).toBe("STRONG");
    await user.click(screen.getByRole("button", { name: "Save the draft" }));
    expect(await screen.findByText("Saved. Lessons were moved behind what they need")).toBeVisible();
    expect(sent[0]?.based).toBe('"3"');
    expect(sent[0]?.body["lessons"]).toMatchObject([{ slug: "two", text: "**Bold** <b>" }, { slug: "one" }]);
    const saved = screen.getByRole("list", { name: "Lessons" });
    expect(within(saved).getAllByRole("listitem")[1]).toHaveAttribute("aria-current", "true");
  });

  it("takes a section of a medium, and teaches what it defines", async () => {
    const { user, sent } = open();
    await user.click(await screen.findByRole("button", { name: "Take one from the library" }));
    const choice = await screen.findByRole("combobox", { name: "Medium" });
    expect(within(choice).getAllByRole("option")).toHaveLength(2);
    await user.selectOptions(choice, "med_1");
    expect(screen.getByLabelText("Title of the lesson")).toHaveValue("Web sessions");
    await user.selectOptions(await screen.findByRole("combobox", { name: "From" }), "#Nonces");
    expect(screen.getByRole("region", { name: "What stands there" })).toHaveTextContent(
      "<i>A nonce is used once.</i>",
    );
    await user.click(await screen.findByRole("button", { name: "Teach Nonce" }));
    expect(screen.queryByRole("button", { name: "Teach Nonce" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Save the draft" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.body["lessons"]).toMatchObject([
      { slug: "one" },
      { slug: "two" },
      { slug: "web-sessions", teaches: ["Nonce"], section: { medium: "med_1", first: "#Nonces", last: "" } },
    ]);
  });

  it("finds one of many concepts by its name", async () => {
    const { user } = open();
    const asked: URLSearchParams[] = [];
    const names = [...Array.from({ length: 30 }, (_, number) => `Concept ${number}`), "SQL Injection"];
    const items = names.map((name) => ({ id: name, name, kind: "concept", text: "said", position: "" }));
    server.use(
      http.get(at("/api/v2/media/:id/concepts"), ({ request }) => {
        asked.push(new URL(request.url).searchParams);
        return HttpResponse.json({ total: items.length, only_here: 0, items });
      }),
    );
    await user.click(await screen.findByRole("button", { name: "Take one from the library" }));
    await user.selectOptions(await screen.findByRole("combobox", { name: "Medium" }), "med_1");
    const offers = await screen.findByRole("group", { name: "It defines" });
    expect(within(offers).getAllByRole("button")).toHaveLength(12);
    expect(within(offers).getByRole("status")).toHaveTextContent("and 19 more");
    expect(asked[0]?.get("limit")).toBe("2000");
    await user.type(within(offers).getByRole("searchbox", { name: "Find a concept" }), "sql");
    await user.click(await within(offers).findByRole("button", { name: "Teach SQL Injection" }));
    expect(screen.getByLabelText("Teaches")).toHaveValue("SQL Injection");
    expect(within(offers).getByRole("status")).toHaveTextContent("no such concept");
  });

  it("leads from each fault to its lesson, and tells of another's change", async () => {
    const { user } = open();
    const title = await screen.findByLabelText("Title");
    const faults = [{ where: "two", what: "line 1: HTML is not shown; write Markdown" }];
    const refused = { ...PROBLEM, title: "The course cannot be", status: 400, faults };
    server.use(
      http.put(at("/api/v2/courses/:slug/draft"), () => HttpResponse.json(refused, { status: 400 })),
    );
    await user.type(title, "!");
    await user.click(screen.getByRole("button", { name: "Save the draft" }));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("Two: line 1: HTML is not shown");
    await user.click(within(alert).getByRole("button", { name: "Two" }));
    expect(screen.getByLabelText("Title of the lesson")).toHaveValue("Two");
    server.use(fails("/api/v2/courses/:slug/draft", 412, { ...PROBLEM, title: "It was changed" }));
    await user.click(screen.getByRole("button", { name: "Save the draft" }));
    expect(await screen.findByText("It was changed")).toBeVisible();
  });

  it("takes a lesson out and back, and asks before changes are lost", async () => {
    const { user, address } = open();
    await user.click(await screen.findByRole("button", { name: "Take out: One" }));
    expect(screen.getAllByRole("button", { name: /^Take out/ })).toHaveLength(1);
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(screen.getAllByRole("button", { name: /^Take out/ })).toHaveLength(2);
    await user.click(within(screen.getByRole("navigation", { name: "Breadcrumb" })).getByRole("link"));
    const dialog = await screen.findByRole("dialog", { name: "Leave without saving?" });
    await user.click(within(dialog).getByRole("button", { name: "Stay" }));
    expect(address()).toBe("/courses/alerts/edit");
  });

  it.each([
    [[], "No lesson says what it teaches"],
    [["T1046"], undefined],
  ])("warns before a course is published that teaches nothing: %j", async (techniques, warning) => {
    const view = makeView();
    for (const lesson of view.draft.lessons) lesson.techniques = techniques;
    const { user } = open(undefined, view);
    await user.click(await screen.findByRole("button", { name: "Publish the draft" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Publish Alerts" }));
    expect(dialog.getByRole("button", { name: "Publish" })).toBeEnabled();
    expect(dialog.queryByRole("note")?.textContent.slice(0, 30)).toBe(warning);
  });

  it("deletes what was never published", async () => {
    const { user, address } = open();
    server.use(http.delete(at("/api/v2/courses/:slug"), () => new HttpResponse(null, { status: 204 })));
    await user.click(await screen.findByRole("button", { name: "Delete…" }));
    await user.click(await screen.findByRole("button", { name: "Delete it" }));
    await waitFor(() => expect(address()).toBe("/courses"));
  });

  it("begins one", async () => {
    const { user, address } = open("/courses");
    const asked: unknown[] = [];
    server.use(
      http.post(at("/api/v2/courses"), async ({ request }) => {
        asked.push(await request.json());
        return HttpResponse.json(makeView().course, { status: 201 });
      }),
    );
    await user.click(await screen.findByRole("button", { name: "New course" }));
    await user.type(screen.getByLabelText("Title", { exact: true }), "Alerts & more");
    expect(screen.getByText("/courses/alerts-more")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Begin" }));
    await waitFor(() => expect(address()).toBe("/courses/alerts/edit"));
    expect(asked).toEqual([{ slug: "alerts-more", title: "Alerts & more", summary: "", lessons: [] }]);
  });
});
