import { screen, waitFor, within } from "@testing-library/react";
import { delay, HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import { ADA } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";

const HUNTER = { ...ADA, permissions: [...ADA.permissions, "events:read", "events:hunt"] };
const RESULT = {
  columns: ["src_ip", "n"],
  rows: [
    ["10.0.0.1", 4],
    [null, 2],
  ],
  truncated: true,
  seconds: 0.25,
};

function answers(result = RESULT) {
  const statements: unknown[] = [];
  server.use(
    get("/api/v2/me", HUNTER),
    http.post(at("/api/v2/hunts"), async ({ request }) => {
      statements.push(asRecord(await request.json())["sql"]);
      return HttpResponse.json(result);
    }),
  );
  return statements;
}

async function open(path = "/events/hunt") {
  const app = renderApp(path);
  return { ...app, editor: await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "SQL" }) };
}

describe("hunting", () => {
  it("runs the statement with Ctrl+Enter and shows its rows", async () => {
    const statements = answers();
    const { user, editor, address } = await open("/events/hunt?sql=SELECT+1");
    expect(editor).toHaveValue("SELECT 1");
    await user.type(editor, "2{Control>}{Enter}{/Control}");
    const table = await screen.findByRole("table", { name: "Rows" });
    expect(statements).toEqual(["SELECT 12"]);
    expect(address()).toBe("/events/hunt?sql=SELECT+12");
    expect(
      within(table)
        .getAllByRole("columnheader")
        .map((cell) => cell.textContent),
    ).toEqual(["src_ip", "n"]);
    expect(within(table).getByText("NULL")).toBeInTheDocument();
    expect(screen.getByText(/only the first 2 are shown/)).toBeInTheDocument();
    expect(within(table).getByRole("link", { name: "10.0.0.1" })).toHaveAttribute(
      "href",
      "/events?range=all&where=src_ip%3D10.0.0.1",
    );
    expect(screen.getByRole("navigation", { name: "Events" })).toBeInTheDocument();
  });

  it("shows the whole of a long text after a click", async () => {
    const raw = `{"event_type":"dns","dns":{"rrname":"${"a".repeat(300)}.example.org"}}`;
    answers({ columns: ["raw", "n"], rows: [[raw, 1]], truncated: false, seconds: 0.1 });
    const { user, editor } = await open("/events/hunt?sql=SELECT+raw");
    await user.type(editor, "{Control>}{Enter}{/Control}");
    const cell = await screen.findByRole("button", { name: raw });
    expect(cell).toHaveAttribute("aria-expanded", "false");
    await user.click(cell);
    expect(cell).toHaveAttribute("aria-expanded", "true");
  });

  it("indents with Tab, and lets Tab leave after Escape", async () => {
    answers();
    const { user, editor } = await open("/events/hunt?sql=x");
    await user.click(editor);
    await user.keyboard("{Tab}");
    expect(editor).toHaveValue("x  ");
    await user.keyboard("{Escape}{Tab}");
    expect(editor).not.toHaveFocus();
    expect(editor).toHaveValue("x  ");
  });

  it("offers examples and the columns", async () => {
    const statements = answers({ ...RESULT, rows: [], truncated: false });
    const { user, editor } = await open();
    await user.click(screen.getByRole("button", { name: "Examples" }));
    await user.click(await screen.findByRole("menuitem", { name: "Longest domain names" }));
    expect(await screen.findByText("No event answers this")).toBeInTheDocument();
    expect(statements[0]).toContain("length(domain)");
    await user.clear(editor);
    await user.click(screen.getByText("Columns of events"));
    await user.click(screen.getByRole("button", { name: "user" }));
    expect(editor).toHaveValue('"user"');
  });

  it("is offered to nobody who may not", async () => {
    const statements = answers();
    server.use(get("/api/v2/me", ADA));
    const { user, editor } = await open();
    const run = screen.getByRole("button", { name: "Run" });
    await waitFor(() => expect(run).toBeDisabled());
    expect(run).toHaveAccessibleDescription(/events:hunt/);
    await user.type(editor, "{Control>}{Enter}{/Control}");
    expect(statements).toEqual([]);
  });

  it("shows why the server refused", async () => {
    answers();
    server.use(
      fails("/api/v2/hunts", 400, {
        title: "The statement is not valid",
        detail: "Binder Error: no such column",
      }),
    );
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Run" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Binder Error");
  });

  it("can be stopped, which hangs up", async () => {
    let aborted = false;
    answers();
    server.use(
      http.post(at("/api/v2/hunts"), async ({ request }) => {
        request.signal.addEventListener("abort", () => (aborted = true));
        await delay("infinite");
      }),
    );
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Run" }));
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    expect(await screen.findByText("The hunt was stopped")).toBeInTheDocument();
    await waitFor(() => expect(aborted).toBe(true));
  });
});
