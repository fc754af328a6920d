import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { makeAlert, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";
import { makeSummary } from "@/testing/triage-fixtures";

const rows = (): HTMLElement[] =>
  within(screen.getByRole("table", { name: "Alerts" }))
    .getAllByRole("row")
    .slice(1);
const titles = (): (string | null)[] =>
  rows().map((row) => within(row).getAllByRole("link")[0]?.textContent ?? null);

async function open(path = "/alerts") {
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Alerts" });
  await waitFor(() => expect(FakeSocket.last.ofType("subscribe")).toHaveLength(3));
  return app;
}

function raise(change: Parameters<typeof makeAlert>[0], seq = 1): void {
  const alert = makeAlert({ last_at: NOW, ...change });
  act(() => FakeSocket.last.event("alerts", seq, "alert:raised", alert));
}

describe("the list of alerts", () => {
  it("shows each alert in a real table", async () => {
    await open();
    expect(screen.getByRole("heading", { level: 1, name: "Alerts" })).toBeInTheDocument();
    expect(screen.getAllByRole("columnheader").map((header) => header.textContent)).toEqual([
      "Select",
      "Level",
      "Alert",
      "Entity",
      "Source → destination",
      "Count",
      "Last seen",
      "Status",
    ]);
    const cells = rows().flatMap((row) =>
      within(row)
        .getAllByRole("cell")
        .slice(1)
        .map((cell) => cell.textContent),
    );
    expect(cells[0]).toBe("High");
    expect(cells[1]).toContain("Credential access · T1110.001");
    expect(cells[3]).toBe("203.0.113.7to10.0.0.5");
    expect(cells[4]).toBe("12");
    expect(cells[6]).toBe("Open");
  });

  it("names a user whole, whose domain may be shortened to the eye", async () => {
    await open();
    raise({ id: "new", entity: "shire\\ann", src_ip: "", dst_ip: "" });
    const whom = await screen.findByRole("link", { name: "shire\\ann" });
    expect(whom).toHaveTextContent("shire\\ann");
    expect([...whom.children].map((part) => part.textContent)).toEqual(["shire", "\\ann"]);
  });

  it("counts open alerts by level, and a level is a filter", async () => {
    const { user, address } = await open();
    const high = await screen.findByRole("button", { name: "1 High open" });
    await user.click(high);
    await waitFor(() => expect(address()).toBe("/alerts?level=high"));
    expect(screen.getByRole("button", { name: "1 High open", pressed: true })).toBeInTheDocument();
    expect(screen.getByRole("img", { name: /raised in the last hour/ })).toBeInTheDocument();
  });

  it("shows a live alert at the top without asking the server", async () => {
    await open();
    await screen.findByRole("button", { name: "1 High open" });
    server.use(
      get("/api/v2/alerts/summary", makeSummary({ counts: [{ status: "open", level: "high", count: 2 }] })),
    );
    raise({ id: "new", title: "Brand new" });
    await waitFor(() => expect(titles()).toEqual(["Brand new", "Password guessing over SSH"]));
    expect(
      await screen.findByRole("button", { name: "2 High open" }, { timeout: 3_000 }),
    ).toBeInTheDocument();
  });

  it("holds live alerts back while it is paused, and says how many wait", async () => {
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Pause" }));
    raise({ id: "new", title: "Brand new" });
    const resume = await screen.findByRole("button", { name: /Resume.*1 waiting/ });
    expect(titles()).toEqual(["Password guessing over SSH"]);
    await user.click(resume);
    await waitFor(() => expect(titles()).toContain("Brand new"));
  });

  it("lets no row move while somebody reads further down", async () => {
    const { user } = await open();
    act(() => {
      window.scrollY = 900;
      window.dispatchEvent(new Event("scroll"));
    });
    raise({ id: "new", title: "Brand new" });
    const pill = await screen.findByRole("button", { name: "1 new or changed" });
    expect(titles()).not.toContain("Brand new");
    window.scrollY = 0;
    await user.click(pill);
    await waitFor(() => expect(titles()).toContain("Brand new"));
  });

  it("says what is wrong, and tries again when asked", async () => {
    server.use(fails("/api/v2/alerts"));
    const { user } = renderApp("/alerts");
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The database is not available");
    expect(alert).toHaveTextContent("It is being restarted.");
    expect(alert).toHaveTextContent("storage-unavailable");
    expect(alert).toHaveTextContent("trace-123");
    server.resetHandlers();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Password guessing over SSH")).toBeInTheDocument();
  });

  it("fetches the next page when the end comes near", async () => {
    server.use(
      http.get(at("/api/v2/alerts"), ({ request }) => {
        const second = new URL(request.url).searchParams.get("cursor") === "more";
        const alert = second ? makeAlert({ id: "b", title: "From page two", last_at: 5 }) : makeAlert();
        return HttpResponse.json({ items: [alert], next: second ? null : "more" });
      }),
    );
    await open();
    expect(await screen.findByText("From page two")).toBeInTheDocument();
  });
});

describe("without alerts", () => {
  it("shows how to get the first events when there is no source", async () => {
    server.use(get("/api/v2/alerts", { items: [], next: null }), get("/api/v2/sources", { items: [] }));
    renderApp("/alerts");
    expect(await screen.findByText("netsentinel replay FILE")).toBeInTheDocument();
  });

  it("is content when everything is dealt with", async () => {
    server.use(get("/api/v2/alerts", { items: [], next: null }));
    renderApp("/alerts");
    expect(await screen.findByRole("heading", { name: "Nothing waits for you" })).toBeInTheDocument();
  });

  it("offers to reset filters that match nothing", async () => {
    server.use(get("/api/v2/alerts", { items: [], next: null }));
    const { user, address } = renderApp("/alerts?q=zzz");
    await user.click(await screen.findByRole("button", { name: "Reset the filters" }));
    await waitFor(() => expect(address()).toBe("/alerts"));
  });
});
