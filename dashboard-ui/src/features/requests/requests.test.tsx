import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import type { TaskItem } from "@/lib/model";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA, MINUTE } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";
import { makeTask, makeView } from "@/testing/task-fixtures";

const now = () => Date.now() * 1_000;
const FILE = {
  name: "alerts-20261121.stix.json",
  media_type: "application/json",
  size: 2_048,
  url: "/api/v2/tasks/tsk_1/file",
};

const makeRequest = (change: Partial<TaskItem> = {}): TaskItem =>
  makeTask({
    id: "tsk_1",
    action: "export.alerts",
    origin: "connection:con_9",
    created_at: now(),
    ...change,
  });

const running = (change: Partial<TaskItem> = {}): TaskItem =>
  makeRequest({ state: "running", percent: 40, stage: "writing", message: "4 of 10 alerts", ...change });

const ended = (change: Partial<TaskItem> = {}): TaskItem =>
  makeRequest({ state: "succeeded", created_at: now() - MINUTE, ended_at: now(), ...change });

/** A server that has these tasks, and what it was asked about them. */
function serve(tasks: readonly TaskItem[], more: readonly string[] = ["tasks:write"]) {
  const asked: URLSearchParams[] = [];
  server.use(
    get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, "tasks:read", ...more] }),
    http.get(at("/api/v2/tasks"), ({ request }) => {
      const { searchParams } = new URL(request.url);
      asked.push(searchParams);
      const states = searchParams.get("state")?.split(",") ?? [];
      return HttpResponse.json({ items: tasks.filter(({ state }) => states.includes(state)), next: null });
    }),
    http.get(at("/api/v2/tasks/:id"), ({ params }) => {
      const task = tasks.find(({ id }) => id === params["id"]) ?? makeRequest();
      return HttpResponse.json(makeView(task, { result: { alerts: 4, file: FILE } }));
    }),
  );
  return asked;
}

async function open(path = "/threats") {
  const app = renderApp(path);
  const tray = await screen.findByRole("button", { name: /^Requests: / });
  await screen.findByText("Live connection: Live");
  const show = async () => {
    await app.user.click(tray);
    return screen.findByRole("dialog", { name: "Requests" });
  };
  return { ...app, tray, show };
}

const requests = () => FakeSocket.last.ofType("request");

describe("the tray of requests", () => {
  it("shows how far they are, whoever asked for them in one's name", async () => {
    const asked = serve([
      running(),
      running({ id: "tsk_2", action: "reports.generate", origin: "request:nightly", principal: "key_7" }),
      running({ id: "tsk_4", action: "events.replay", principal: "usr_2" }),
      running({ id: "tsk_3", action: "journal.trim", origin: "schedule:sch_1" }),
    ]);
    const { tray, show } = await open();
    await waitFor(() => expect(tray).toHaveAccessibleName("Requests: 2 under way"));
    expect(asked.map((query) => query.get("principal"))).toContain("usr_1");
    const dialog = await show();
    expect(await within(dialog).findByRole("progressbar", { name: "Progress of export.alerts" })).toHaveValue(
      40,
    );
    expect(within(dialog).getByText("4 of 10 alerts", { selector: "li:last-child *" })).toBeInTheDocument();
    expect(within(dialog).getByText(/^a program's, since/)).toBeInTheDocument();
    expect(within(dialog).queryByText("journal.trim")).not.toBeInTheDocument();
    expect(within(dialog).queryByText("events.replay")).not.toBeInTheDocument();
    expect(within(dialog).getByRole("link", { name: "export.alerts" })).toHaveAttribute(
      "href",
      "/tasks/tsk_1",
    );
  });

  it("hears of requests alone, and asks again when one of them changes", async () => {
    serve([]);
    const { tray } = await open();
    for (const value of ["connection:", "request:"])
      expect(FakeSocket.last.ofType("subscribe")).toContainEqual(
        expect.objectContaining({ topic: "tasks", filter: [{ field: "origin", op: "prefix", value }] }),
      );
    await waitFor(() => expect(tray).toHaveAccessibleName("Requests: none under way"));
    serve([running()]);
    act(() => FakeSocket.last.event("requests-request", 8, "task:started", { id: "tsk_1" }));
    await waitFor(() => expect(tray).toHaveAccessibleName("Requests: 1 under way"));
  });

  it("hands out what ended ones left, until they are cleared, and leaves out what was answered at once", async () => {
    serve([
      ended(),
      ended({ id: "tsk_2", state: "failed", error: "The disk is full." }),
      ended({ id: "tsk_3", action: "echo", created_at: now() - 1_000, ended_at: now() }),
    ]);
    const { user, show } = await open();
    const dialog = await show();
    const save = await within(dialog).findByRole("link", { name: `Save ${FILE.name}` });
    expect(save).toHaveAttribute("href", FILE.url);
    expect(within(dialog).getByText("2.0 KiB")).toBeInTheDocument();
    expect(within(dialog).getByText("The disk is full.")).toBeInTheDocument();
    expect(within(dialog).queryByText("echo")).not.toBeInTheDocument();
    await user.click(within(dialog).getByRole("button", { name: "Clear ended" }));
    expect(await within(dialog).findByText(/^Nothing is under way/)).toBeInTheDocument();
  });

  it("cancels one that was asked for elsewhere, where one may", async () => {
    serve([running()]);
    const cancelled = vi.fn<() => void>();
    server.use(
      http.post(at("/api/v2/tasks/tsk_1/cancel"), () => {
        cancelled();
        return HttpResponse.json(running({ wanted: "cancel" }));
      }),
    );
    const { user, show } = await open();
    const dialog = await show();
    await user.click(await within(dialog).findByRole("button", { name: "Cancel export.alerts" }));
    await waitFor(() => expect(cancelled).toHaveBeenCalledOnce());
  });

  it("offers no cancelling to those who may not, and is not there for those who may not look", async () => {
    serve([running()], []);
    const { show, unmount } = await open();
    const dialog = await show();
    await within(dialog).findByRole("progressbar");
    expect(within(dialog).queryByRole("button", { name: /^Cancel/ })).not.toBeInTheDocument();
    unmount();
    server.use(get("/api/v2/me", ADA));
    renderApp("/threats");
    await screen.findByText("Live connection: Live");
    expect(screen.queryByRole("button", { name: /^Requests: / })).not.toBeInTheDocument();
  });

  it("says what is wrong", async () => {
    serve([]);
    server.use(fails("/api/v2/tasks"));
    const { show } = await open();
    expect(await within(await show()).findByRole("button", { name: "Try again" })).toBeInTheDocument();
  });
});

async function askForStix() {
  const found: TaskItem[] = [];
  serve(found, []);
  const app = await open("/alerts?level=high");
  await app.user.click(await screen.findByRole("button", { name: "Export" }));
  await app.user.click(await screen.findByRole("menuitem", { name: /^STIX/ }));
  await waitFor(() => expect(requests()).toHaveLength(1));
  const id = requests()[0]?.["id"];
  const say = (frame: object): void => act(() => FakeSocket.last.deliver({ id, task_id: "tsk_1", ...frame }));
  found.push(running({ percent: 0, stage: "", message: "" }));
  say({ type: "ack", status: "queued", estimated_ms: 10_000 });
  return { ...app, id, say, found };
}

describe("asking", () => {
  it("goes over the live connection, with progress, and saves the file when it is there", async () => {
    const clicked: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(
      this: HTMLAnchorElement,
    ) {
      clicked.push(this.pathname);
    });
    const { say, show } = await askForStix();
    expect(requests()[0]).toMatchObject({
      action: "export.alerts",
      payload: { format: "stix", min_level: "high", status: ["open", "acknowledged"] },
      mode: "async",
    });
    const dialog = await show();
    const bar = await within(dialog).findByRole("progressbar", { name: "Progress of export.alerts" });
    say({ type: "progress", n: 1, percent: 70, stage: "writing", message: "7 of 10" });
    await waitFor(() => expect(bar).toHaveValue(70));
    expect(within(dialog).getByText("7 of 10")).toBeInTheDocument();
    say({ type: "complete", seq: 9, status: "succeeded", result: { alerts: 10, file: FILE } });
    await waitFor(() => expect(clicked).toEqual([FILE.url]));
  });

  it("can be taken back without a permission for tasks", async () => {
    const { user, id, say, show, found } = await askForStix();
    const dialog = await show();
    await user.click(await within(dialog).findByRole("button", { name: "Cancel export.alerts" }));
    expect(FakeSocket.last.ofType("cancel")).toEqual([{ type: "cancel", id, task_id: "tsk_1" }]);
    found[0] = ended({ state: "cancelled", reason: "requested" });
    say({ type: "complete", seq: 9, status: "cancelled", result: { code: "requested", detail: "" } });
    expect(await within(dialog).findByText("Cancelled")).toBeInTheDocument();
    expect(screen.queryByText("The STIX bundle was not made")).not.toBeInTheDocument();
  });

  it.each([
    [
      "it fails",
      { type: "complete", seq: 9, status: "failed", result: { code: "disk-full", detail: "No room." } },
    ],
    ["it is refused", { type: "error", problem: { code: "not-allowed", title: "No", detail: "No room." } }],
  ])("says why, when %s", async (_when, frame) => {
    const { say } = await askForStix();
    say(frame);
    expect((await screen.findAllByText("The STIX bundle was not made")).length).toBeGreaterThan(0);
    expect((await screen.findAllByText(/No room/)).length).toBeGreaterThan(0);
  });

  it("offers a report when it is there", async () => {
    const opened = vi.spyOn(window, "open").mockReturnValue(null);
    serve([]);
    const { user } = await open("/threats/203.0.113.7");
    await user.click(await screen.findByRole("button", { name: "Report" }));
    await waitFor(() => expect(requests()).toHaveLength(1));
    const file = { ...FILE, name: "report.html", media_type: "text/html; charset=utf-8" };
    const frame = {
      id: requests()[0]?.["id"],
      task_id: "tsk_1",
      seq: 9,
      status: "succeeded",
      result: { file },
    };
    act(() => FakeSocket.last.deliver({ type: "complete", ...frame }));
    await user.click(await screen.findByRole("button", { name: "Open" }));
    expect(opened).toHaveBeenCalledWith(`${FILE.url}?show=true`, "_blank", "noopener");
  });
});
