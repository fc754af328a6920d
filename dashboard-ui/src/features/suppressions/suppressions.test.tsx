import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import { makeAlert, makeDetail } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";
import { makePreview, makeSuppression } from "@/testing/triage-fixtures";
import { proposals, toConditions } from "./scope";

describe("the scope", () => {
  it("proposes what the alert and its event have, what matched first", () => {
    const { samples } = makeDetail();
    const found = proposals(makeAlert({ device: "fw" }), samples[0]).map(
      ({ field, text }) => `${field}=${text}`,
    );
    expect(found).toContain("device=fw");
    expect(found.find((each) => each.startsWith("event."))).toBe("event.ssh.auth_attempts=12");
    expect(found).toContain("event.ok=false");
  });

  it("is complete when every condition has a value", () => {
    expect(toConditions([])).toBeUndefined();
    expect(toConditions([{ field: "user", match: "cidr", text: " , " }])).toBeUndefined();
    expect(toConditions([{ field: "src_ip", match: "cidr", text: "10.0.0.0/8, ::/0" }])).toEqual([
      { field: "src_ip", match: "cidr", values: ["10.0.0.0/8", "::/0"] },
    ]);
    expect(toConditions([{ field: "user", match: "equals", text: "a, b" }])?.[0]?.values).toEqual(["a, b"]);
  });
});

async function openDialog() {
  const app = renderApp("/alerts/alr_1");
  await screen.findByRole("heading", { level: 1, name: "Password guessing over SSH" });
  await app.user.keyboard("s");
  return { ...app, dialog: await screen.findByRole("dialog", { name: "Suppress findings like this" }) };
}

describe("suppressing from an alert", () => {
  it("shows what it would have hidden while the conditions change", async () => {
    const asked: unknown[] = [];
    server.use(
      http.post(at("/api/v2/suppressions/preview"), async ({ request }) => {
        const { conditions } = asRecord(await request.json());
        asked.push(conditions);
        const many = Array.isArray(conditions) && conditions.length === 1;
        return HttpResponse.json(
          makePreview({ alerts: many ? 77 : 12, exact: !many, true_positives: many ? 2 : 0 }),
        );
      }),
    );
    const { user, dialog } = await openDialog();
    const preview = within(dialog).getByRole("region", { name: "Preview" });
    expect(await within(preview).findByText("12")).toBeInTheDocument();
    expect(preview).toHaveTextContent("a part of 3 more · 340 findings");
    await user.click(within(dialog).getByRole("button", { name: "Remove Entity" }));
    expect(await within(preview).findByText("77")).toBeInTheDocument();
    expect(preview).toHaveTextContent("2 alerts among them were called a true positive");
    expect(preview).toHaveTextContent("about 340 findings");
    expect(asked).toHaveLength(2);
  });

  it("is made with a reason, an end and the alert it came from, and closes the alert", async () => {
    const sent: Record<string, unknown>[] = [];
    server.use(
      http.post(at("/api/v2/suppressions"), async ({ request }) => {
        sent.push(asRecord(await request.json()));
        return HttpResponse.json(makeSuppression(), { status: 201 });
      }),
    );
    const { user, dialog } = await openDialog();
    expect(within(dialog).getByRole("button", { name: "Suppress" })).toBeDisabled();
    await user.click(within(dialog).getByRole("button", { name: "Add a condition" }));
    await user.click(await screen.findByRole("menuitem", { name: /Source address/ }));
    await user.selectOptions(
      within(dialog).getByRole("combobox", { name: "How Source address is compared" }),
      "in network",
    );
    const value = within(dialog).getByRole("textbox", { name: "Value of Source address" });
    await user.clear(value);
    await user.click(value);
    await user.paste("203.0.113.0/24");
    await user.click(within(dialog).getByRole("textbox", { name: "Reason" }));
    await user.paste("Our scanner");
    await user.selectOptions(within(dialog).getByRole("combobox", { name: "It lasts" }), "For good");
    await user.selectOptions(
      within(dialog).getByRole("combobox", { name: "This alert" }),
      "Close it as benign",
    );
    await user.click(within(dialog).getByRole("button", { name: "Suppress" }));
    await waitFor(() =>
      expect(sent).toEqual([
        {
          conditions: [
            { field: "rule_id", match: "equals", values: ["rule-1"] },
            { field: "entity", match: "equals", values: ["203.0.113.7"] },
            { field: "src_ip", match: "cidr", values: ["203.0.113.0/24"] },
          ],
          reason: "Our scanner",
          expires_at: 0,
          alert_id: "alr_1",
        },
      ]),
    );
    expect((await screen.findAllByText("Findings like this are suppressed")).length).toBeGreaterThan(0);
    await waitFor(() =>
      expect(screen.queryByRole("dialog", { name: "Suppress findings like this" })).toBeNull(),
    );
  });

  it("says what is wrong with a condition, and what the server refused", async () => {
    const refusal = { title: "The filter is not valid", detail: "'x' is no network." };
    server.use(
      fails("/api/v2/suppressions/preview", 400, refusal),
      fails("/api/v2/suppressions", 400, refusal),
    );
    const { user, dialog } = await openDialog();
    expect(await within(dialog).findByText("'x' is no network.")).toBeInTheDocument();
    await user.type(within(dialog).getByRole("textbox", { name: "Reason" }), "x");
    await user.click(within(dialog).getByRole("button", { name: "Suppress" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("The filter is not valid");
  });
});

describe("the list of suppressions", () => {
  it("says what each hides, why, and until when", async () => {
    server.use(get("/api/v2/alerts", { items: [], next: null }));
    renderApp("/suppressions");
    const card = await screen.findByText("Our own scanner, every Monday");
    expect(card.closest("li")).toHaveTextContent("1,204findings hidden");
    expect(screen.getByRole("link", { name: "Alerts", current: "page" })).toBeInTheDocument();
    const conditions = within(screen.getByRole("list", { name: "Conditions" })).getAllByRole("listitem");
    expect(conditions.map((one) => one.textContent)).toEqual([
      "Rule is rule-1",
      "Source address in network 203.0.113.0/24, 198.51.100.0/24",
    ]);
  });

  it("calls a rule by its title where it has raised an alert", async () => {
    renderApp("/suppressions");
    const title = await screen.findByText("Password guessing over SSH");
    expect(title).toHaveAttribute("title", "rule-1");
  });

  it("shows what was hidden, and lifts", async () => {
    const lifted: string[] = [];
    const hidden = {
      rule_id: "r",
      title: "Hidden one",
      level: "low",
      entity: "10.0.0.9",
      src_ip: "",
      dst_ip: "",
    };
    server.use(
      get("/api/v2/suppressions/:id", {
        suppression: makeSuppression(),
        examples: [{ ...hidden, at: 1_700_000_000_000_000, event: {} }],
      }),
      http.delete(at("/api/v2/suppressions/:id"), ({ params }) => {
        lifted.push(String(params["id"]));
        return HttpResponse.json(makeSuppression({ state: "lifted" }));
      }),
    );
    const { user } = renderApp("/suppressions");
    await user.click(await screen.findByRole("button", { name: "Show examples" }));
    expect(await screen.findByText("Hidden one")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Lift" }));
    await waitFor(() => expect(lifted).toEqual(["sup_1"]));
  });

  it("says how to make one when there is none, and what failed", async () => {
    server.use(get("/api/v2/suppressions", { items: [], next: null }));
    const { user } = renderApp("/suppressions");
    expect(await screen.findByRole("heading", { name: "Nothing is suppressed" })).toBeInTheDocument();
    server.use(fails("/api/v2/suppressions"));
    await user.click(screen.getByRole("radio", { name: "All" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("storage-unavailable");
  });
});
