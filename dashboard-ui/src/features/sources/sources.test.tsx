import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SourceItem } from "@/lib/model";
import { makeSource, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";

async function row(): Promise<HTMLElement> {
  const table = await screen.findByRole("table", { name: "Sources" });
  const found = within(table).getAllByRole("row")[1];
  if (found === undefined) throw new Error("no row");
  return found;
}

const file = (name: string, change: object): SourceItem =>
  makeSource({ name, rejected: 0, waiting: 0, last_error: "", ...change });

describe("sources", () => {
  it("show counts, lag and the last error", async () => {
    server.use(get("/api/v2/sources", { items: [makeSource({ rate: 2.5 })] }));
    renderApp("/sources");
    expect((await within(await row()).findAllByRole("cell")).map((cell) => cell.textContent)).toEqual([
      "zeek-coreReceiving · sent by a program · zeek",
      "2.5/s",
      "1.2M4.8 MiB",
      "2",
      "7",
      expect.stringMatching(/\d\d:\d\d.*event .*\d\d:\d\d/),
      "line 4: no time",
      "",
    ]);
  });

  it("say when one is quiet and has nothing to complain about", async () => {
    const quiet = makeSource({
      last_seen_at: NOW - 3_600_000_000,
      rejected: 0,
      last_error: "",
      last_event_at: 0,
    });
    server.use(get("/api/v2/sources", { items: [{ ...quiet, format: "" }] }));
    renderApp("/sources");
    const text = (await row()).textContent;
    expect(text).toContain("Quiet · sent by a program · recognised by record");
    expect(text).toContain("never");
    expect(text).toContain("none");
  });

  it("say that a program is quiet a minute after it stopped, and a source that runs after ten", async () => {
    const last_seen_at = NOW - 120_000_000;
    const items = [
      file("replayed", { last_seen_at }),
      makeSource({ name: "log", kind: "watch", state: "running", last_seen_at }),
      file("sending", { last_seen_at, rate: 0.5 }),
    ];
    server.use(get("/api/v2/sources", { items }));
    renderApp("/sources");
    await row();
    const states = screen.getAllByText(/ · /).map(({ textContent }) => textContent?.split(" · ")[0]);
    expect(states).toEqual(["Quiet", "Running", "Receiving"]);
  });

  it("open the newest rejected lines, as text, in the address", async () => {
    const { user, address } = renderApp("/sources");
    await user.click(within(await row()).getByRole("button", { name: /2 rejected lines of zeek-core/ }));
    const dialog = await screen.findByRole("dialog", { name: "Rejected lines of zeek-core" });
    expect(await within(dialog).findByText("not json <b>")).toBeInTheDocument();
    expect(dialog).toHaveTextContent("not JSON");
    expect(address()).toBe("/sources?rejected=zeek-core");
    await user.click(within(dialog).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(address()).toBe("/sources"));
  });

  it("are one row for those of one name before the colon, which unfolds", async () => {
    const items = [
      file("alone:file", { events: 9 }),
      file("case", { events: 1, lost: 3, last_error: "no JSON", last_seen_at: NOW - 9e6 }),
      file("case:Security", { events: 30, rejected: 2, lost: 4, last_error: "no time", last_seen_at: NOW }),
      file("case:System", { events: 12, format: "evtx" }),
      file("fw:eu", {}),
      file("fw:us", {}),
      makeSource({ name: "site:fw", kind: "syslog", origin: "api" }),
      makeSource({ name: "site:vpn", kind: "syslog", origin: "api" }),
    ];
    server.use(get("/api/v2/sources", { items }));
    const { user } = renderApp("/sources");
    const table = within(await screen.findByRole("table", { name: "Sources" }));
    const names = (): (string | null | undefined)[] =>
      table
        .getAllByRole("row")
        .map((one) => one.querySelector("td")?.querySelector("a, button")?.textContent);
    expect(names().slice(1)).toEqual(["alone:file", "case3 sources ", "fw2 sources ", "site:fw", "site:vpn"]);
    const group = table.getByRole("button", { name: /^case/ });
    expect(group.closest("tr")).toHaveTextContent("several formats");
    expect(group.closest("tr")).toHaveTextContent("2 of 3 sources with errors; Security: no time");
    expect(table.getByRole("button", { name: /^fw/ }).closest("tr")).toHaveTextContent(/none$/);
    const cells = [...(group.closest("tr")?.querySelectorAll("td") ?? [])];
    expect(cells.map(({ textContent }) => textContent).slice(2, 4)).toEqual(["4314.3 MiB", "27 lost"]);
    expect(table.getByRole("link", { name: "Events of all 3" })).toHaveAttribute(
      "href",
      expect.stringMatching(/^\/events\?range=all&where=source%3Dcase%3Bsource%3Dcase%3ASecurity%3B/),
    );
    await user.click(group);
    expect(group).toHaveAttribute("aria-expanded", "true");
    expect(names().slice(2, 6)).toEqual(["case3 sources ", "case", "Security", "System"]);
    expect(table.getByRole("link", { name: "Security" })).toHaveAttribute(
      "href",
      expect.stringContaining("source%3Dcase%3ASecurity"),
    );
    expect(table.getByRole("button", { name: /2 rejected lines of case:Security/ })).toBeInTheDocument();
    await user.click(group);
    expect(names()).toHaveLength(6);
  });

  it("say when rejected lines cannot be had, or none is kept", async () => {
    server.use(fails("/api/v2/sources/:name/rejected"));
    const { user } = renderApp("/sources?rejected=zeek-core");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
    server.use(get("/api/v2/sources/:name/rejected", { items: [] }));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No rejected line is kept")).toBeInTheDocument();
  });

  it("are explained when there is none: one sentence, one command", async () => {
    server.use(get("/api/v2/sources", { items: [] }));
    const { user } = renderApp("/sources");
    await user.click(await screen.findByRole("button", { name: "Copy the replay command" }));
    expect(await navigator.clipboard.readText()).toBe("netsentinel replay FILE");
    expect(screen.getByText(/curl .*\/api\/v2\/events\?source=firewall/)).toBeInTheDocument();
  });

  it("say what is wrong", async () => {
    server.use(fails("/api/v2/sources", 503));
    renderApp("/sources");
    expect(await screen.findByRole("alert")).toHaveTextContent("storage-unavailable");
  });
});
