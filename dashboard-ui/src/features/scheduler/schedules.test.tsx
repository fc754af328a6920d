import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { MINUTE, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { makeRun, makeSchedule, operationsServer } from "@/testing/schedule-fixtures";
import { at, fails, get, server } from "@/testing/server";
import { inputFields } from "./schedule-input";
import { draftOf, textsOf, triggerOf } from "./schedule-texts";
import { byText, isBad, runText, triggerText } from "./schedule-words";

const OURS = makeSchedule({ id: "sch_2", name: "lake", is_system: true, enabled: false });

async function open(path = "/schedules") {
  const fake = operationsServer([], [makeSchedule(), OURS]);
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Schedules" });
  return { ...app, ...fake };
}

async function choose({ user }: Awaited<ReturnType<typeof open>>, item: string, of = "nightly trim") {
  await user.click(await screen.findByRole("button", { name: `Actions for ${of}` }));
  await user.click(await screen.findByRole("menuitem", { name: item }));
}

describe("the page of schedules", () => {
  it("says when each fires, and what came of the last run", async () => {
    await open();
    const [, first, second] = screen.getAllByRole("row");
    expect(first?.textContent).toContain("nightly trimjournal.trimdaily at 03:00 (Europe/Berlin)0 3 * * *");
    expect(first?.textContent).toMatch(/next .*Succeededran /);
    expect(second?.textContent).toContain("Disabled");
    expect(second?.textContent).not.toContain("next ");
  });

  it("is triggered, disabled with an undo, and deleted after a question", async () => {
    const app = await open();
    const { user, answers, sent } = app;
    answers("post", "/api/v2/scheduler/schedules/:id/trigger", () => HttpResponse.json(makeRun()));
    answers("post", "/api/v2/scheduler/schedules/:id/pause", () => HttpResponse.json(makeSchedule()));
    answers("post", "/api/v2/scheduler/schedules/:id/resume", () => HttpResponse.json(makeSchedule()));
    answers("delete", "/api/v2/scheduler/schedules/:id", () => new HttpResponse(null, { status: 204 }));
    await choose(app, "Trigger now");
    await choose(app, "Disable");
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await choose(app, "Delete");
    const question = await screen.findByRole("dialog", { name: "Delete nightly trim?" });
    await user.click(within(question).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(sent.at(-1)?.method).toBe("delete"));
    expect(sent.map(({ path }) => path.split("/").at(-1))).toEqual(["trigger", "pause", "resume", "sch_1"]);
  });

  it("lets nobody change what NetSentinel made", async () => {
    const { user } = await open();
    await user.click(await screen.findByRole("button", { name: "Actions for lake" }));
    expect(await screen.findByRole("menuitem", { name: "Enable" })).toBeInTheDocument();
    expect(screen.queryByRole("menuitem", { name: "Edit" })).toBeNull();
  });

  it("shows the next runs and the history of one, in the address", async () => {
    const { user, address } = await open();
    server.use(
      get("/api/v2/scheduler/schedules/:id", makeSchedule({ jitter: 2_000_000 })),
      get("/api/v2/scheduler/schedules/:id/next", { items: [NOW + MINUTE] }),
      get("/api/v2/scheduler/schedules/:id/runs", {
        items: [
          makeRun(),
          makeRun({ id: "run_0", outcome: "skipped", reason: "still running", task_id: "" }),
        ],
        next: null,
      }),
    );
    await user.click(screen.getByRole("link", { name: "nightly trim" }));
    const drawer = await screen.findByRole("dialog", { name: "nightly trim" });
    expect(await within(drawer).findByText("still running")).toBeInTheDocument();
    expect(within(drawer).getByRole("link", { name: "tsk_1" })).toHaveAttribute("href", "/tasks/tsk_1");
    expect(drawer).toHaveTextContent("up to 2.0 s");
    expect(address()).toBe("/schedules?schedule=sch_1");
  });

  it("offers the way back from one that does not exist", async () => {
    const { user, address, router } = await open();
    for (const rest of ["", "/next", "/runs"])
      server.use(fails(`/api/v2/scheduler/schedules/:id${rest}`, 404, { title: "Not found" }));
    await act(() => router.navigate({ to: "/schedules", search: { schedule: "sch_gone" } }));
    const drawer = await screen.findByRole("dialog", { name: "Schedule" });
    expect(await within(drawer).findByText("This schedule does not exist")).toBeInTheDocument();
    expect(within(drawer).queryByRole("button", { name: "Try again" })).toBeNull();
    await user.click(within(drawer).getByRole("button", { name: "All schedules" }));
    await waitFor(() => expect(address()).toBe("/schedules"));
  });

  it("is added with a preview of its times, and says what the server does not take", async () => {
    const { user, sent, answers } = await open();
    await user.click(await screen.findByRole("button", { name: "Add a schedule" }));
    await user.type(await screen.findByLabelText("Name"), "hourly");
    const cron = screen.getByLabelText("Cron expression");
    await user.clear(cron);
    await user.type(cron, "0 * * * *");
    const preview = await screen.findByRole("status", { name: "Next times" });
    await waitFor(() => expect(within(preview).getAllByRole("listitem")).toHaveLength(1));
    await waitFor(() => expect(sent.at(-1)?.body).toMatchObject({ trigger: { cron: "0 * * * *" } }));
    server.use(
      http.post(at("/api/v2/scheduler/schedules"), () =>
        HttpResponse.json({ title: "Conflict", detail: "The name is taken.", code: "x" }, { status: 409 }),
      ),
    );
    await user.click(screen.getByRole("button", { name: "Add the schedule" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The name is taken.");
    answers("post", "/api/v2/scheduler/schedules", () => HttpResponse.json(makeSchedule(), { status: 201 }));
    await user.click(screen.getByRole("button", { name: "Add the schedule" }));
    await waitFor(() => expect(sent.at(-1)?.path).toBe("/api/v2/scheduler/schedules"));
    expect(sent.at(-1)?.body).toMatchObject({ name: "hourly", action: "journal.trim", overlap: "skip" });
  });

  it("says what the chosen action knows as its input", async () => {
    const input = {
      $ref: "#/$defs/Wanted",
      $defs: {
        Wanted: {
          properties: {
            format: { $ref: "#/$defs/Format", default: "html" },
            tags: { type: "array", items: { type: "string" }, default: [] },
            until: { anyOf: [{ type: "integer" }, { type: "null" }], default: null },
            medium: { type: "string" },
            rest: {},
          },
          required: ["medium"],
        },
        Format: { enum: ["html", "pdf"] },
      },
    };
    expect(inputFields(input).map(({ name, words }) => `${name}: ${words}`)).toEqual([
      "medium: text, needed",
      'format: one of html, pdf, otherwise "html"',
      "tags: list of text",
      "until: whole number",
      "rest: anything",
    ]);
    const { user } = await open();
    const empty = { properties: {}, required: [] };
    const actions = [
      { name: "media.read", input },
      { name: "journal.trim", input: empty },
    ];
    server.use(get("/api/v2/actions", { items: actions }));
    await user.click(await screen.findByRole("button", { name: "Add a schedule" }));
    const field = await screen.findByLabelText("Input");
    expect(field).toHaveAccessibleDescription("This action takes no input: leave it empty, {}.");
    await user.selectOptions(screen.getByLabelText("Action"), "media.read");
    expect(field).toHaveAccessibleDescription(/medium text, needed.*tags list of text/);
  });

  it("is stated anew, of the version that was looked at", async () => {
    const app = await open();
    const { user, answers, sent } = app;
    answers("put", "/api/v2/scheduler/schedules/:id", () => HttpResponse.json(makeSchedule()));
    await choose(app, "Edit");
    await user.click(await screen.findByRole("radio", { name: "Interval" }));
    await user.selectOptions(screen.getByLabelText("Unit"), "hours");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent.at(-1)?.method).toBe("put"));
    expect(sent.at(-1)?.body).toMatchObject({
      version: 3,
      trigger: { kind: "interval", every: 15 * 60 * MINUTE },
    });
  });

  it("follows what happens, and says what is wrong", async () => {
    const { unmount } = await open();
    await waitFor(() =>
      expect(FakeSocket.last.ofType("subscribe").map(({ topic }) => topic)).toContain("schedules"),
    );
    server.use(get("/api/v2/scheduler/schedules", { items: [] }));
    act(() => FakeSocket.last.event("schedules", 1, "schedule:changed", {}));
    expect(await screen.findByText("No schedule so far")).toBeInTheDocument();
    unmount();
    server.use(fails("/api/v2/scheduler/schedules"));
    renderApp("/schedules");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
  });
});

describe("a schedule", () => {
  it("goes through the form unchanged", () => {
    const schedule = makeSchedule({ jitter: 2_000_000, input: { days: 3 } });
    expect(draftOf(textsOf(schedule, ""), schedule)).toMatchObject({
      name: "nightly trim",
      trigger: schedule.trigger,
      input: { days: 3 },
      jitter: 2_000_000,
      overlap: "skip",
      misfire: "coalesce",
    });
    const every = { ...schedule.trigger, kind: "interval" as const, every: 90 * 60_000_000 };
    expect(triggerOf(textsOf({ ...schedule, trigger: every }, ""))?.every).toBe(every.every);
    const once = { ...schedule.trigger, kind: "once" as const, at: 1_800_000_000_000_000 };
    expect(triggerOf(textsOf({ ...schedule, trigger: once }, ""))?.at).toBe(once.at);
  });

  it("is refused while something is missing", () => {
    const texts = textsOf(undefined, "a.b");
    expect(triggerOf({ ...texts, cron: " " })).toBeUndefined();
    expect(triggerOf({ ...texts, kind: "interval", every: "x" })).toBeUndefined();
    expect(triggerOf({ ...texts, kind: "once" })).toBeUndefined();
    expect(triggerOf({ ...texts, kind: "event", on: "a.b", where: "[" })).toBeUndefined();
    expect(triggerOf({ ...texts, kind: "event", on: "a.b", where: '{"x": ["y", null]}' })?.where).toEqual({
      x: ["y", "null"],
    });
    expect(draftOf({ ...texts, kind: "once" }, undefined)).toContain("not complete");
    expect(draftOf({ ...texts, input: "7" }, undefined)).toContain("no JSON object");
    expect(draftOf({ ...texts, jitter: "-1" }, undefined)).toContain("jitter");
  });

  it("is said in words", () => {
    const { trigger } = makeSchedule();
    expect(triggerText({ ...trigger, kind: "interval", every: 900_000_000 })).toBe("every 15 min");
    expect(triggerText({ ...trigger, kind: "interval", every: 5_400_000_000 })).toBe("every 1 h 30 min");
    expect(triggerText({ ...trigger, kind: "event", on: "alert.raised" })).toBe("on alert.raised");
    expect(runText({ outcome: "submitted", state: "" })).toBe("Under way");
    expect(runText({ outcome: "missed", state: "" })).toBe("Missed");
    expect(isBad({ outcome: "submitted", state: "dead" })).toBe(true);
    expect(byText("hand")).toBe("hand");
  });
});
