import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { makeRule, makeRuleDetail, ruleHandlers, rulePage } from "@/testing/rule-fixtures";
import { at, fails, get, server } from "@/testing/server";
import { parseRuleSearch, toRuleQuery } from "./rule-search";

beforeEach(() => server.use(...ruleHandlers));

async function open(path = "/rules") {
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Rules" });
  return app;
}

describe("the list of rules", () => {
  it("shows state, level, hits, cost and pack in a real table", async () => {
    await open();
    const row = screen.getAllByRole("row")[1];
    if (row === undefined) throw new Error("no row");
    expect(within(row).getByRole("switch", { name: /Web scanner/, checked: true })).toBeInTheDocument();
    expect(within(row).getByRole("img", { name: "13 hits in the last 30 days" })).toBeInTheDocument();
    const cells = within(row)
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
    expect(cells.slice(1)).toEqual([
      "Medium",
      "Web scanner by its user agentwebserver · T1595.002",
      "1,234",
      expect.any(String),
      "25 ns",
      "NetSentinel",
    ]);
  });

  it("says of a rule that no sample asked, hits or none, that it is in no sample yet", async () => {
    const cost = { patterns: 3, events: 8, evaluations: 0, nanoseconds: 0, ns_per_event: 0 };
    server.use(get("/api/v2/rules", rulePage(makeRule({ cost }))));
    await open();
    expect(screen.getByText("not in a sample yet")).toHaveAttribute(
      "title",
      "Costs are measured in samples: it was not asked in 8 sampled events. 3 patterns are looked for on its behalf.",
    );
  });

  it("says which added pack is not in force, and why", async () => {
    const own = { ...makeRuleDetail().pack, id: "pck_1", name: "mine", kind: "archive" };
    const trouble = "The file rules/pck_1.zip is missing in the server's data folder.";
    server.use(get("/api/v2/rules/packs", { items: [makeRuleDetail().pack, { ...own, trouble }] }));
    await open();
    const told = await screen.findByRole("list", { name: "Packs that are not in force" });
    expect(
      within(told)
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual([`The pack mine is not in force. ${trouble}`]);
  });

  it("switches a rule at once, and back", async () => {
    const { user } = await open();
    await user.click(screen.getByRole("switch", { checked: true }));
    expect(await screen.findByRole("switch", { checked: false })).toBeInTheDocument();
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("switch", { checked: true })).toBeInTheDocument();
  });

  it("puts the switch back and says why when the server refuses", async () => {
    server.use(fails("/api/v2/rules/:id/disable"));
    const { user } = await open();
    await user.click(screen.getByRole("switch", { checked: true }));
    expect(await screen.findByText("The rule was not switched")).toBeInTheDocument();
    expect(screen.getByRole("switch", { checked: true })).toBeInTheDocument();
  });

  it("has words instead of switches for those who may only look, and no way to add", async () => {
    server.use(get("/api/v2/me", ADA));
    await open();
    expect(screen.getByText("Enabled")).toBeInTheDocument();
    expect(screen.queryByRole("switch")).toBeNull();
    expect(screen.queryByRole("button", { name: "Add a rule" })).toBeNull();
  });

  it("says why a rule fails", async () => {
    server.use(get("/api/v2/rules", rulePage(makeRule({ state: "failing", error: "No such modifier" }))));
    await open();
    expect(screen.getByText("No such modifier")).toBeInTheDocument();
    expect(screen.getByText("Failing")).toBeInTheDocument();
  });

  it("keeps filters in the address and asks the server for them", async () => {
    const asked: string[] = [];
    server.use(
      http.get(at("/api/v2/rules"), ({ request }) => {
        asked.push(new URL(request.url).search);
        return HttpResponse.json(rulePage(makeRule()));
      }),
    );
    const { user, address } = await open("/rules?logsource=category%3Awebserver");
    await user.click(screen.getByRole("radio", { name: "Enabled 1" }));
    await user.selectOptions(screen.getByRole("combobox", { name: "Level" }), "High");
    await user.selectOptions(screen.getByRole("combobox", { name: "Order" }), "Most costly first");
    await waitFor(() => expect(asked.at(-1)).toContain("order=cost"));
    expect(asked.at(-1)).toContain("category=webserver");
    expect(asked.at(-1)).toContain("state=enabled");
    expect(address()).toContain("level=high");
    await user.click(screen.getByRole("button", { name: "Reset" }));
    await waitFor(() => expect(address()).toBe("/rules"));
  });

  it("says that nothing matches, and that there is nothing at all", async () => {
    server.use(get("/api/v2/rules", rulePage()));
    const { user } = renderApp("/rules?level=high");
    await user.click(await screen.findByRole("button", { name: "Reset the filters" }));
    expect(await screen.findByRole("heading", { name: "There are no rules" })).toBeInTheDocument();
  });

  it("follows what others do", async () => {
    await open();
    await waitFor(() => expect(FakeSocket.last.ofType("subscribe").length).toBeGreaterThanOrEqual(3));
    server.use(get("/api/v2/rules", rulePage(makeRule({ state: "disabled" }))));
    act(() => FakeSocket.last.event("rules", 1, "rule:disabled", { rule_id: "r1" }));
    expect(await screen.findByRole("switch", { checked: false }, { timeout: 3_000 })).toBeInTheDocument();
  });

  it("is reached by keyboard", async () => {
    const { user, address } = await open();
    await user.keyboard("j");
    expect(screen.getByRole("link", { name: "Web scanner by its user agent" })).toHaveFocus();
    await user.keyboard("n");
    expect(await screen.findByRole("dialog", { name: "Add a rule" })).toBeInTheDocument();
    await user.keyboard("{Escape}");
    await user.keyboard("ga");
    await waitFor(() => expect(address()).toBe("/alerts"));
  });
});

describe("the address", () => {
  it("is read without what it does not know", () => {
    expect(parseRuleSearch({ q: " ", state: "odd", order: "cost", level: "high", pack: "x" })).toEqual({
      order: "cost",
      level: "high",
      pack: "x",
    });
    expect(toRuleQuery({ logsource: "windows", state: "all" })).toEqual({ product: "windows" });
    expect(toRuleQuery({ logsource: "service:sshd", q: " a " })).toEqual({ service: "sshd", q: "a" });
  });
});
