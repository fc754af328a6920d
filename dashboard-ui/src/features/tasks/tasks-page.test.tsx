import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";
import { makeTask, RUNNING, taskServer } from "@/testing/task-fixtures";

const rows = (): HTMLElement[] =>
  within(screen.getByRole("table", { name: "Tasks, newest first" }))
    .getAllByRole("row")
    .slice(1);

async function open(path = "/tasks") {
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Tasks, newest first" });
  await waitFor(() =>
    expect(FakeSocket.last.ofType("subscribe").map(({ topic }) => topic)).toContain("tasks"),
  );
  return app;
}

function tell(data: object, seq = 1): void {
  act(() => FakeSocket.last.event("tasks", seq, "task:any", data));
}

const menu = (): Promise<HTMLElement> => screen.findByRole("button", { name: /^Actions for events.replay/ });

describe("the page of tasks", () => {
  it("shows where each task is, and how far", async () => {
    taskServer([
      RUNNING,
      makeTask({
        id: "tsk_4",
        state: "retry_wait",
        due_at: Date.now() * 1_000,
        error: "No answer.",
        attempt: 1,
      }),
      makeTask({ id: "tsk_3", state: "parked", dependency: "reputation", due_at: 5 }),
      makeTask({ id: "tsk_2", state: "waiting", reason: "needs" }),
      makeTask({ id: "tsk_1", state: "cancelled", reason: "need_failed" }),
      makeTask({ id: "tsk_0", state: "succeeded", stage: "measured", message: "on 275 rows" }),
    ]);
    await open();
    const texts = rows().map((row) => row.textContent);
    expect(texts[0]).toContain("42 % · reading");
    expect(screen.getByRole("progressbar", { name: "Progress of events.replay" })).toHaveAttribute(
      "value",
      "42",
    );
    expect(texts[1]).toContain("No answer.");
    expect(texts[2]).toContain("Breaker reputation is open");
    expect(texts[3]).toContain("Waits for tasks that it needs");
    expect(texts[4]).toContain("A task that it needs did not succeed");
    expect(texts[5]).toContain("Measured on 275 rows");
  });

  it("follows every change without asking again", async () => {
    taskServer([RUNNING]);
    await open();
    tell({ id: "tsk_9", action: "journal.trim", state: "queued", created_at: Date.now() * 1_000 });
    await waitFor(() => expect(rows()).toHaveLength(2));
    expect(rows()[0]?.textContent).toContain("journal.trim");
    tell({ id: RUNNING.id, action: RUNNING.action, wanted: "cancel" }, 2);
    expect(await screen.findByText("Being cancelled")).toBeInTheDocument();
    tell({ id: RUNNING.id, action: RUNNING.action, state: "cancelled", reason: "requested" }, 3);
    expect(await screen.findByText("Cancelled")).toBeInTheDocument();
  });

  it("keeps its filters in the address, and asks the server for them", async () => {
    const { asked } = taskServer([RUNNING]);
    const { user, address } = await open("/tasks?origin=schedule:sch_1");
    await user.click(screen.getByRole("radio", { name: "Failed" }));
    await user.selectOptions(await screen.findByLabelText("Action"), "journal.trim");
    await waitFor(() =>
      expect(address()).toBe("/tasks?origin=schedule%3Asch_1&state=failed&action=journal.trim"),
    );
    await waitFor(() => expect(asked.at(-1)?.get("state")).toBe("failed,dead"));
    expect(asked.at(-1)?.get("origin")).toBe("schedule:sch_1");
    await user.click(screen.getByRole("button", { name: "Reset" }));
    await waitFor(() => expect(address()).toBe("/tasks"));
  });

  it("pauses at once, and asks before it cancels", async () => {
    const { answers, sent } = taskServer([RUNNING]);
    answers("/api/v2/tasks/:id/pause", () => HttpResponse.json({ ...RUNNING, wanted: "pause" }));
    answers("/api/v2/tasks/:id/cancel", () => HttpResponse.json({ ...RUNNING, wanted: "cancel" }));
    const { user } = await open();
    await user.click(await menu());
    await user.click(await screen.findByRole("menuitem", { name: "Pause" }));
    expect(await screen.findByText("Being paused")).toBeInTheDocument();
    await user.click(await menu());
    await user.click(await screen.findByRole("menuitem", { name: "Cancel…" }));
    const dialog = await screen.findByRole("dialog", { name: "Cancel this task?" });
    expect(sent).toHaveLength(1);
    await user.click(within(dialog).getByRole("button", { name: "Cancel the task" }));
    expect(await screen.findByText("Being cancelled")).toBeInTheDocument();
    expect(sent.map(({ path }) => path)).toEqual(["/api/v2/tasks/tsk_5/pause", "/api/v2/tasks/tsk_5/cancel"]);
  });

  it("says why the server refuses", async () => {
    const { answers } = taskServer([RUNNING]);
    answers("/api/v2/tasks/:id/pause", () =>
      HttpResponse.json(
        { title: "Conflict", detail: "The task has ended.", code: "task-state" },
        { status: 409 },
      ),
    );
    const { user } = await open();
    await user.click(await screen.findByRole("button", { name: /^Actions for events.replay/ }));
    await user.click(await screen.findByRole("menuitem", { name: "Pause" }));
    expect((await screen.findAllByText(/The task has ended/)).length).toBeGreaterThan(0);
  });

  it("offers nothing to those who may only look", async () => {
    taskServer([RUNNING]);
    server.use(get("/api/v2/me", { ...ADA, permissions: ["tasks:read", "live:connect"] }));
    await open();
    expect(screen.queryByRole("button", { name: /^Actions for/ })).toBeNull();
  });

  it("says when there is none, and what is wrong", async () => {
    taskServer([]);
    const { unmount } = renderApp("/tasks");
    expect(await screen.findByText("No tasks so far")).toBeInTheDocument();
    unmount();
    server.use(fails("/api/v2/tasks"));
    renderApp("/tasks?state=failed");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
  });
});
