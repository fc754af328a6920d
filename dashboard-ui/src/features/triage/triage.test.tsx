import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import { ADA, MINUTE, makeAlert, makeDetail, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";

async function open(path = "/alerts/alr_1") {
  const app = renderApp(path);
  await screen.findByRole("heading", { level: 1, name: "Password guessing over SSH" });
  return app;
}

function record(path: string, body: (sent: Record<string, unknown>) => object): Record<string, unknown>[] {
  const sent: Record<string, unknown>[] = [];
  server.use(
    http.post(at(path), async ({ request }) => {
      sent.push(asRecord(await request.json()));
      return HttpResponse.json(body(sent.at(-1) ?? {}));
    }),
  );
  return sent;
}

const section = (name: string): HTMLElement => screen.getByRole("region", { name });

describe("who looks after an alert", () => {
  it("is chosen, or taken with one key", async () => {
    const sent = record("/api/v2/alerts/:id/assignment", ({ assignee }) =>
      makeAlert({
        version: 2,
        assignee: String(assignee),
        assignee_name: assignee === "usr_2" ? "bob" : "ada",
      }),
    );
    const { user } = await open();
    await screen.findByRole("button", { name: "Assign to me" });
    await user.selectOptions(screen.getByRole("combobox", { name: "Assigned to" }), "bob");
    await waitFor(() => expect(sent).toEqual([{ assignee: "usr_2" }]));
    await user.click(screen.getByRole("heading", { level: 1 }));
    await user.keyboard("m");
    await waitFor(() => expect(sent.at(-1)).toEqual({ assignee: "usr_1" }));
  });

  it("is shown to those who may not change it", async () => {
    server.use(
      get("/api/v2/me", { ...ADA, role: "viewer", permissions: ["alerts:read"] }),
      get(
        "/api/v2/alerts/:id",
        makeDetail({ alert: makeAlert({ assignee: "usr_2", assignee_name: "bob" }) }),
      ),
    );
    await open();
    expect(section("Triage")).toHaveTextContent("Assigned to bob");
    expect(within(section("Triage")).queryByRole("radio")).toBeNull();
    expect(screen.queryByRole("textbox", { name: "Note" })).toBeNull();
    expect(screen.queryByRole("region", { name: "Events around it" })).toBeNull();
  });
});

describe("notes and history", () => {
  it("sends a note, and keeps it in the field when that fails", async () => {
    const { user } = await open();
    server.use(fails("/api/v2/alerts/:id/notes"));
    await user.keyboard("n");
    const note = screen.getByRole("textbox", { name: "Note" });
    expect(note).toHaveFocus();
    await user.type(note, "Asked the owner");
    await user.click(screen.getByRole("button", { name: "Add note" }));
    expect((await screen.findAllByText(/The note was not kept/)).length).toBeGreaterThan(0);
    expect(note).toHaveValue("Asked the owner");
    const sent = record("/api/v2/alerts/:id/notes", () => ({ alert: makeAlert(), activity: {} }));
    await user.click(screen.getByRole("button", { name: "Add note" }));
    await waitFor(() => expect(note).toHaveValue(""));
    expect(sent).toEqual([{ text: "Asked the owner" }]);
  });

  it("says who did what, as text", async () => {
    const did = { alert_id: "alr_1", at: NOW - MINUTE, principal: "usr_1", principal_name: "ada", text: "" };
    server.use(
      get(
        "/api/v2/alerts/:id",
        makeDetail({
          activity: [
            { ...did, id: "1", kind: "status", before: "open", after: "acknowledged" },
            { ...did, id: "2", kind: "assignment", before: "", after: "bob" },
            { ...did, id: "3", kind: "verdict", before: "undecided", after: "false_positive" },
            { ...did, id: "4", kind: "note", before: "", after: "", text: "<img src=x>" },
          ],
        }),
      ),
    );
    const { container } = await open();
    const items = within(screen.getByRole("list", { name: "History" })).getAllByRole("listitem");
    expect(items.map((item) => item.textContent?.replace(/\d.*/, ""))).toEqual([
      "ada acknowledged it",
      "ada gave it to bob",
      "ada called it false positive",
      expect.stringContaining("ada noted"),
    ]);
    expect(items[3]).toHaveTextContent("<img src=x>");
    expect(container.querySelector("img")).toBeNull();
  });
});

describe("events around an alert", () => {
  it("are listed with the evidence marked, and opened whole", async () => {
    const { user } = await open();
    const around = section("Events around it");
    expect(await within(around).findByText(/2 events of/)).toHaveTextContent("1 of them made this alert");
    const [before, evidence] = within(around).getAllByRole("button", { expanded: false });
    expect(before).toHaveTextContent("−1 min");
    expect(evidence).toHaveTextContent("Evidence");
    if (evidence === undefined) throw new Error("no second event");
    await user.click(evidence);
    expect(within(around).getByRole("region", { name: "Stored event as JSON" })).toHaveTextContent(
      "<b>raw</b>",
    );
  });

  it("are asked for in a wider span, and say when there are more", async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get(at("/api/v2/alerts/:id/events"), ({ request }) => {
        asked.push(new URL(request.url).searchParams.get("minutes"));
        return HttpResponse.json({ items: [], at: NOW, since: NOW, until: NOW, truncated: false });
      }),
    );
    const { user } = await open();
    expect(await screen.findByText(/No stored event of 203.0.113.7/)).toBeInTheDocument();
    await user.selectOptions(screen.getByRole("combobox", { name: "How long" }), "60");
    await waitFor(() => expect(asked).toEqual(["5", "60"]));
  });

  it("say what is wrong", async () => {
    server.use(fails("/api/v2/alerts/:id/events", 503));
    await open();
    expect(await within(section("Events around it")).findByRole("alert")).toHaveTextContent(
      "storage-unavailable",
    );
  });
});
