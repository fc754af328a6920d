import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";
import { LETTER, makeAttempt, makeTask, makeView, RUNNING, taskServer } from "@/testing/task-fixtures";

describe("the page of one task", () => {
  it("shows its input, its result, every attempt and what it needs", async () => {
    const done = makeTask({
      state: "succeeded",
      attempt: 2,
      started_at: 1,
      ended_at: 2_500_001,
      origin: "resubmit:tsk_1",
      deaths: 1,
    });
    taskServer([done]);
    const attempts = [
      makeAttempt(),
      makeAttempt({ number: 2, outcome: "succeeded", error: "", error_code: "" }),
    ];
    server.use(
      get("/api/v2/tasks/:id", makeView(done, { attempts, result: { lines: 7 }, needs: ["tsk_0"] })),
    );
    renderApp("/tasks/tsk_5");
    expect(await screen.findByRole("heading", { level: 1, name: "events.replay" })).toBeInTheDocument();
    expect(screen.getByRole("region", { name: "Result as JSON" })).toHaveTextContent('"lines": 7');
    expect(screen.getByRole("region", { name: "Input as JSON" })).toHaveTextContent("203.0.113.7");
    const tries = within(screen.getByRole("table", { name: "Attempts, newest first" })).getAllByRole("row");
    expect(tries[1]?.textContent).toContain("2Succeeded");
    expect(tries[2]?.textContent).toContain("No answer within 10 s <b>.");
    expect(screen.getByRole("link", { name: "tsk_0" })).toHaveAttribute("href", "/tasks/tsk_0");
    expect(screen.getByText("nightly-key")).toHaveAttribute("title", "usr_1");
    expect(screen.getByRole("link", { name: "resubmitted dead letter" })).toHaveAttribute(
      "href",
      "/tasks/tsk_1",
    );
    expect(screen.queryByRole("button", { name: "Cancel…" })).toBeNull();
  });

  it("fetches itself again when the task changes", async () => {
    taskServer([RUNNING]);
    renderApp("/tasks/tsk_5");
    expect(await screen.findByRole("progressbar")).toBeInTheDocument();
    await waitFor(() =>
      expect(FakeSocket.last.ofType("subscribe").map(({ topic }) => topic)).toContain("tasks"),
    );
    server.use(get("/api/v2/tasks/:id", makeView(makeTask({ state: "paused", percent: 42 }))));
    act(() => FakeSocket.last.event("tasks", 1, "task:paused", { id: "tsk_5", state: "paused" }));
    expect(await screen.findByRole("button", { name: "Resume" })).toBeInTheDocument();
  });

  it("says when there is no such task, and what is wrong", async () => {
    taskServer([]);
    const { unmount } = renderApp("/tasks/tsk_none");
    expect(await screen.findByRole("heading", { name: "This task does not exist" })).toBeInTheDocument();
    unmount();
    server.use(fails("/api/v2/tasks/:id"));
    renderApp("/tasks/tsk_5");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
  });
});

async function open() {
  const fake = taskServer([makeTask({ id: "tsk_8", action: "reputation.lookup" })]);
  const app = renderApp("/tasks/tsk_3");
  await screen.findByText("It gave up: every attempt failed.");
  return { ...app, ...fake };
}

describe("the page of a dead letter", () => {
  it("submits it again with another input, and goes to the new task", async () => {
    const { user, answers, sent, address } = await open();
    await user.click(screen.getByRole("button", { name: "Resubmit…" }));
    const input = await screen.findByRole("textbox", { name: "Input" });
    expect(input).toHaveValue('{\n  "address": "203.0.113.7"\n}');
    await user.clear(input);
    await user.type(input, "no json");
    await user.click(screen.getByRole("button", { name: "Resubmit" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("This is no JSON object.");
    server.use(
      http.post(at("/api/v2/error-recovery/dlq/:id/resubmit"), () =>
        HttpResponse.json({ title: "Invalid", detail: "`adress` is unknown.", code: "x" }, { status: 400 }),
      ),
    );
    await user.clear(input);
    await user.type(input, '{{"adress": 1}');
    await user.click(screen.getByRole("button", { name: "Resubmit" }));
    await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent("`adress` is unknown."));
    answers("/api/v2/error-recovery/dlq/:id/resubmit", () =>
      HttpResponse.json(makeTask({ id: "tsk_8", action: "reputation.lookup" })),
    );
    await user.click(screen.getByRole("button", { name: "Resubmit" }));
    await waitFor(() => expect(address()).toBe("/tasks/tsk_8"));
    expect(sent).toEqual([
      { path: "/api/v2/error-recovery/dlq/tsk_3/resubmit", body: { input: { adress: 1 } } },
    ]);
  });

  it("is submitted as it was when nothing was changed", async () => {
    const { user, answers, sent } = await open();
    answers("/api/v2/error-recovery/dlq/:id/resubmit", () => HttpResponse.json(makeTask({ id: "tsk_8" })));
    await user.click(screen.getByRole("button", { name: "Resubmit…" }));
    await user.click(await screen.findByRole("button", { name: "Resubmit" }));
    await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{}]));
  });

  it("is resolved with a note", async () => {
    const { user, answers, sent } = await open();
    answers("/api/v2/error-recovery/dlq/:id/resolve", () => HttpResponse.json(LETTER));
    await user.click(screen.getByRole("button", { name: "Resolve…" }));
    const resolve = await screen.findByRole("button", { name: "Resolve" });
    expect(resolve).toBeDisabled();
    await user.type(screen.getByLabelText("Why nothing more is to be done"), "Known.");
    await user.click(resolve);
    await waitFor(() => expect(sent[0]?.body).toEqual({ note: "Known." }));
    await waitFor(() =>
      expect(screen.queryByRole("dialog", { name: "Resolve reputation.lookup" })).toBeNull(),
    );
  });
});
