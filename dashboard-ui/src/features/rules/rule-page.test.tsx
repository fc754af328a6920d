import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { makeRule, makeRuleDetail, ruleHandlers } from "@/testing/rule-fixtures";
import { at, fails, get, server } from "@/testing/server";

beforeEach(() => server.use(...ruleHandlers));

const heading = () => screen.findByRole("heading", { level: 1, name: "Web scanner by its user agent" });

describe("one rule", () => {
  it("tells where it comes from, what it does and what it costs", async () => {
    renderApp("/rules/r1");
    await heading();
    for (const text of ["Ann", "Apache License 2.0", "comes with NetSentinel", "1,234", "25 ns an event"]) {
      expect(screen.getByText(text)).toBeInTheDocument();
    }
    expect(screen.getByText(/asked 40 times in 1,000 sampled events/)).toBeInTheDocument();
    expect(screen.getByRole("region", { name: "The rule as YAML" })).toHaveTextContent("level: medium");
    expect(screen.getByText("An agreed test")).toBeInTheDocument();
  });

  it("has its description in paragraphs, whatever lines the file has", async () => {
    const description =
      "An address\nor a name\n  from a list.\n\nLook at:\n- the first\n- the second\n  one\n";
    const cost = { patterns: 3, events: 8, evaluations: 0, nanoseconds: 0, ns_per_event: 0 };
    server.use(get("/api/v2/rules/:id", makeRuleDetail({ description, rule: makeRule({ cost }) })));
    renderApp("/rules/r1");
    await heading();
    const asIs = { normalizer: (text: string) => text };
    expect(screen.getByText("An address or a name from a list.", asIs)).toBeInTheDocument();
    expect(screen.getByText("Look at:\n- the first\n- the second one", asIs)).toBeInTheDocument();
    expect(screen.getByText("not in a sample yet")).toBeInTheDocument();
    expect(screen.getByText(/not asked in 8 sampled events/)).toBeInTheDocument();
  });

  it("runs its cases and shows what made them hit", async () => {
    renderApp("/rules/r1");
    expect(await screen.findByText("2 cases pass")).toBeInTheDocument();
    expect(screen.getByText("contains 'nikto'")).toBeInTheDocument();
    expect(screen.getByText("The rule is not true for it.")).toBeInTheDocument();
  });

  it("is tried on other events", async () => {
    const { user } = renderApp("/rules/r1");
    await screen.findByText("2 cases pass");
    const asked: unknown[] = [];
    server.use(
      http.post(at("/api/v2/rules/:id/test"), async ({ request }) => {
        asked.push(await request.json());
        const one = { expected: null, passed: true, matched: [] };
        return HttpResponse.json({
          passed: 1,
          failed: 1,
          results: [
            { ...one, name: "event 1", fired: true, error: "" },
            { ...one, name: "event 2", fired: false, error: "the line is no JSON" },
          ],
        });
      }),
    );
    await user.type(screen.getByLabelText(/Try other events/), "{{}{Enter}x");
    await user.click(screen.getByRole("button", { name: "Try" }));
    expect(await screen.findByText("event 1: hits")).toBeInTheDocument();
    expect(screen.getByText("event 2: the line is no JSON")).toBeInTheDocument();
    expect(asked).toEqual([{ events: ["{}", "x"] }]);
  });

  it("is disabled with a reason", async () => {
    const asked: unknown[] = [];
    server.use(
      http.post(at("/api/v2/rules/:id/disable"), async ({ request }) => {
        asked.push(await request.json());
        const rule = makeRule({ state: "disabled" });
        server.use(get("/api/v2/rules/:id", makeRuleDetail({ rule })));
        return HttpResponse.json(rule);
      }),
    );
    const { user } = renderApp("/rules/r1");
    await heading();
    await user.keyboard("e");
    const dialog = await screen.findByRole("dialog", { name: "Disable this rule" });
    await user.type(within(dialog).getByRole("textbox"), "too loud");
    await user.click(within(dialog).getByRole("button", { name: "Disable" }));
    expect(await screen.findByRole("button", { name: "Enable" })).toBeInTheDocument();
    expect(asked).toEqual([{ note: "too loud" }]);
  });

  it("says who disabled it and why", async () => {
    const disabled = { at: NOW, by: "bob", note: "too loud" };
    server.use(get("/api/v2/rules/:id", makeRuleDetail({ rule: makeRule({ state: "disabled" }), disabled })));
    renderApp("/rules/r1");
    await heading();
    expect(screen.getByRole("note")).toHaveTextContent(/Disabled by bob,.*too loud/);
  });

  it("says where a rule fails that cannot be loaded", async () => {
    const rule = makeRule({ state: "failing", error: "No such modifier" });
    server.use(get("/api/v2/rules/:id", makeRuleDetail({ rule, error_line: 7, error_column: 5, cases: [] })));
    renderApp("/rules/r1");
    await heading();
    expect(screen.getByRole("note")).toHaveTextContent("Line 7, column 5: No such modifier");
    expect(screen.queryByRole("button", { name: "Disable" })).toBeNull();
  });

  it("is removed when it was added by itself", async () => {
    server.use(get("/api/v2/rules/:id", makeRuleDetail({ removable: true })));
    let removed = false;
    server.use(
      http.delete(at("/api/v2/rules/:id"), () => {
        removed = true;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user, address } = renderApp("/rules/r1");
    await heading();
    await user.click(screen.getByRole("button", { name: "Remove" }));
    const dialog = await screen.findByRole("dialog", { name: "Remove this rule" });
    await user.click(within(dialog).getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(address()).toBe("/rules"));
    expect(removed).toBe(true);
  });

  it("may not exist", async () => {
    server.use(fails("/api/v2/rules/:id", 404));
    renderApp("/rules/none");
    expect(await screen.findByRole("heading", { name: "This rule does not exist" })).toBeInTheDocument();
  });
});
