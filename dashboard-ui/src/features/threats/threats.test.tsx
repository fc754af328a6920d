import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { makeAlert, makeThreat, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";
import { matchesThreatSearch } from "./threat-cache";
import { parseThreatSearch } from "./threat-queries";

const NAME = "Threats, highest score first";
const names = (): (string | null)[] =>
  within(screen.getByRole("table", { name: NAME }))
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getByRole("link").textContent);

async function subscribed(): Promise<void> {
  await waitFor(() => expect(FakeSocket.last.ofType("subscribe")).toHaveLength(3));
}

describe("the ranking", () => {
  it("shows entity, score, level and alerts", async () => {
    renderApp("/threats");
    const table = await screen.findByRole("table", { name: NAME });
    const [, row] = within(table).getAllByRole("row");
    expect(row).toHaveTextContent("203.0.113.7");
    expect(row).toHaveTextContent("83");
    expect(row).toHaveTextContent("Critical");
    expect(row).toHaveTextContent("T1110.001");
    expect(row).toHaveTextContent(/last seen .*raised /);
  });

  it("says nothing of raising where an older server did not keep it", async () => {
    server.use(get("/api/v2/threats", { items: [makeThreat({ raised_at: 0, alerts: 1 })], next: null }));
    renderApp("/threats");
    const table = await screen.findByRole("table", { name: NAME });
    const [, row] = within(table).getAllByRole("row");
    expect(row).toHaveTextContent("1 alert");
    expect(row).not.toHaveTextContent("raised");
  });

  it("puts live threats where their score belongs", async () => {
    renderApp("/threats");
    await screen.findByRole("table", { name: NAME });
    await subscribed();
    act(() => {
      FakeSocket.last.event(
        "threats",
        1,
        "threat:updated",
        makeThreat({ entity: "198.51.100.1", score: 99 }),
      );
      FakeSocket.last.event("threats", 2, "threat:updated", makeThreat({ score: 40 }), 1);
      FakeSocket.last.event("threats", 3, "threat:updated", makeThreat({ entity: "db-1", score: 50 }), 2);
      FakeSocket.last.event("threats", 4, "threat:updated", "not a threat", 3);
    });
    await waitFor(() => expect(names()).toEqual(["198.51.100.1", "db-1", "203.0.113.7"]));
  });

  it("keeps its filters in the address", async () => {
    const { user, address } = renderApp("/threats");
    await screen.findByRole("table", { name: NAME });
    await user.selectOptions(screen.getByRole("combobox", { name: "Kind" }), "host");
    await user.selectOptions(screen.getByRole("combobox", { name: "Lowest score" }), "60");
    await user.keyboard("{Escape}");
    await user.type(screen.getByRole("searchbox", { name: "Search entity" }), "db");
    await waitFor(() => expect(address()).toBe("/threats?kind=host&score=60&q=db"));
  });

  it("says what is wrong, when nothing is there, and when nothing matches", async () => {
    server.use(fails("/api/v2/threats"));
    const { user, unmount } = renderApp("/threats");
    await screen.findByRole("alert");
    server.use(get("/api/v2/threats", { items: [], next: null }));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "No threats so far" })).toBeInTheDocument();
    unmount();
    const second = renderApp("/threats?q=zzz");
    await second.user.click(await screen.findByRole("button", { name: "Reset the filters" }));
    await waitFor(() => expect(second.address()).toBe("/threats"));
  });
});

describe("one threat", () => {
  it("shows its score and its alerts, and follows both", async () => {
    renderApp("/threats/203.0.113.7");
    expect(await screen.findByRole("heading", { level: 1, name: "203.0.113.7" })).toBeInTheDocument();
    expect(await screen.findByRole("table", { name: "Alerts about 203.0.113.7" })).toHaveTextContent(
      "Password guessing",
    );
    await subscribed();
    act(() => {
      FakeSocket.last.event("threats", 1, "threat:updated", makeThreat({ score: 91 }));
      FakeSocket.last.event(
        "alerts",
        2,
        "alert:raised",
        makeAlert({ id: "x", title: "Web shell", last_at: NOW }),
      );
    });
    expect(await screen.findByText("91")).toBeInTheDocument();
    expect(await screen.findByRole("link", { name: "Web shell" })).toBeInTheDocument();
  });

  it("has a column of addresses only where an alert has some", async () => {
    const user = makeAlert({ entity: "corp\\ada", entity_kind: "user", src_ip: "", dst_ip: "" });
    server.use(get("/api/v2/threats/:entity", { threat: makeThreat(), alerts: [user] }));
    const first = renderApp("/threats/203.0.113.7");
    const table = await screen.findByRole("table", { name: "Alerts about 203.0.113.7" });
    expect(within(table).queryByRole("columnheader", { name: "Source → destination" })).toBeNull();
    first.unmount();
    const met = [user, makeAlert({ id: "x", src_ip: "10.0.0.9", dst_ip: "" })];
    server.use(get("/api/v2/threats/:entity", { threat: makeThreat(), alerts: met }));
    renderApp("/threats/203.0.113.7");
    expect(await screen.findByRole("columnheader", { name: "Source → destination" })).toBeInTheDocument();
  });

  it("says when nothing is known, or no alert is kept, or something failed", async () => {
    server.use(fails("/api/v2/threats/:entity", 404));
    const first = renderApp("/threats/10.9.9.9");
    expect(
      await screen.findByRole("heading", { name: "Nothing is known about 10.9.9.9" }),
    ).toBeInTheDocument();
    first.unmount();
    server.use(get("/api/v2/threats/:entity", { threat: makeThreat(), alerts: [] }));
    const second = renderApp("/threats/203.0.113.7");
    expect(await screen.findByText("No alerts are kept")).toBeInTheDocument();
    second.unmount();
    server.use(fails("/api/v2/threats/:entity"));
    renderApp("/threats/203.0.113.7");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
  });
});

describe("the filters", () => {
  it("are read strictly and match as the server does", () => {
    expect(parseThreatSearch({ kind: "host", score: "60", q: "x" })).toEqual({
      kind: "host",
      score: "60",
      q: "x",
    });
    expect(parseThreatSearch({ kind: "odd", score: "700", q: " " })).toEqual({});
    const threat = makeThreat();
    expect(matchesThreatSearch(threat, {})).toBe(true);
    expect(matchesThreatSearch(threat, { kind: "host" })).toBe(false);
    expect(matchesThreatSearch(threat, { score: "90" })).toBe(false);
    expect(matchesThreatSearch(threat, { q: "113" })).toBe(true);
  });
});
