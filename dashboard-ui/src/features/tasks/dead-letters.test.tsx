import { act, screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";
import { LETTER, makeTask, taskServer } from "@/testing/task-fixtures";
import { parseDeadLetterSearch } from "./dead-letter-search";

const OTHER = { ...LETTER, id: "tsk_2", action: "reports.mail", fault: "permanent", reason: "permanent" };
const SETTLED = { ...LETTER, id: "tsk_1", resolved_at: 5, resolution: "A known fault." };

async function open(letters = [LETTER, OTHER, SETTLED], path = "/dead-letters") {
  const made = taskServer([], letters);
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Dead letters, newest first" });
  return { ...app, ...made };
}

async function chooseAll(user: Awaited<ReturnType<typeof open>>["user"]): Promise<void> {
  await user.click(screen.getByRole("checkbox", { name: "Select reputation.lookup tsk_3" }));
  await user.click(screen.getByRole("checkbox", { name: "Select reports.mail tsk_2" }));
}

describe("the page of dead letters", () => {
  it("says what went wrong and what became of it", async () => {
    await open();
    const rows = screen.getAllByRole("row").slice(1);
    expect(rows[0]?.textContent).toContain("No answer within 10 s <b>.");
    expect(rows[0]?.textContent).toContain("dependency-timeout · retryable · every attempt failed");
    expect(rows[2]?.textContent).toContain("ResolvedA known fault.");
    expect(screen.getAllByRole("checkbox")).toHaveLength(2); // what is settled cannot be chosen
  });

  it("keeps its filters in the address", async () => {
    const { user, address, asked } = await open();
    expect(asked.at(-1)?.get("resolved")).toBe("false");
    await user.click(screen.getByRole("radio", { name: "All" }));
    await user.selectOptions(screen.getByLabelText("Fault"), "poison");
    await user.type(screen.getByLabelText("Error code"), "worker-lost");
    await waitFor(() => expect(address()).toBe("/dead-letters?resolved=all&fault=poison&error=worker-lost"));
    await waitFor(() => expect(asked.at(-1)?.get("error_code")).toBe("worker-lost"));
    expect(asked.at(-1)?.has("resolved")).toBe(false);
    expect(parseDeadLetterSearch({ resolved: "open", fault: "x", action: "a.b" })).toEqual({ action: "a.b" });
  });

  it("submits those that were selected, and says which were refused", async () => {
    const { user, answers, sent } = await open();
    answers("/api/v2/error-recovery/dlq/tsk_3/resubmit", () => HttpResponse.json(makeTask()));
    answers("/api/v2/error-recovery/dlq/tsk_2/resubmit", () =>
      HttpResponse.json({ title: "Invalid", detail: "No such action.", code: "x" }, { status: 400 }),
    );
    await chooseAll(user);
    expect(screen.getByText("2 selected")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Resubmit" }));
    await waitFor(() => expect(sent.map(({ path }) => path)).toHaveLength(2));
    expect((await screen.findAllByText("Resubmitted 1 dead letter")).length).toBeGreaterThan(0);
    expect((await screen.findAllByText(/No such action/)).length).toBeGreaterThan(0);
  });

  it("resolves those that were selected with one note", async () => {
    const { user, answers, sent } = await open();
    answers("/api/v2/error-recovery/dlq/:id/resolve", () => HttpResponse.json(SETTLED));
    await chooseAll(user);
    await user.click(screen.getByRole("button", { name: "Resolve…" }));
    await user.type(await screen.findByLabelText("Why nothing more is to be done"), "Out of date.");
    await user.click(screen.getByRole("button", { name: "Resolve" }));
    await waitFor(() => expect(sent.map(({ path }) => path.split("/").at(-2))).toEqual(["tsk_3", "tsk_2"]));
    await waitFor(() => expect(screen.queryByText("2 selected")).toBeNull());
  });

  it("tries out what submitting all would do before it does it", async () => {
    const { user, answers, sent } = await open([LETTER, OTHER], "/dead-letters?fault=retryable");
    answers("/api/v2/error-recovery/dlq/resubmit", () =>
      HttpResponse.json({
        matched: 2,
        items: [LETTER, OTHER],
        refused: [{ id: OTHER.id, reason: "No such action." }],
        is_dry_run: true,
      }),
    );
    await user.click(await screen.findByRole("button", { name: "Resubmit all…" }));
    expect(await screen.findByText("2 unresolved dead letters match.")).toBeInTheDocument();
    expect(screen.getByText(/No such action/)).toBeInTheDocument();
    expect(sent[0]?.body).toMatchObject({ fault: "retryable", dry_run: true });
    await user.click(screen.getByRole("button", { name: "Resubmit 1" }));
    await waitFor(() => expect(sent[1]?.body).toMatchObject({ fault: "retryable", dry_run: false }));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Resubmit all that match" })).toBeNull());
  });

  it("shows one more the moment it is there", async () => {
    taskServer([], []);
    renderApp("/dead-letters");
    expect(await screen.findByText("Nothing has given up")).toBeInTheDocument();
    await waitFor(() =>
      expect(FakeSocket.last.ofType("subscribe").map(({ topic }) => topic)).toContain("recovery"),
    );
    server.use(get("/api/v2/error-recovery/dlq/entries", { items: [LETTER], next: null }));
    act(() => FakeSocket.last.event("recovery", 1, "dlq:entry-added", { id: LETTER.id }));
    expect(await screen.findByText("reputation.lookup")).toBeInTheDocument();
  });

  it("says when none matches, and what is wrong", async () => {
    taskServer([], []);
    const { unmount } = renderApp("/dead-letters?fault=poison");
    expect(await screen.findByText("No dead letter matches these filters")).toBeInTheDocument();
    unmount();
    server.use(fails("/api/v2/error-recovery/dlq/entries"));
    renderApp("/dead-letters");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
  });
});
