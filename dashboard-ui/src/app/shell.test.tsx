import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA, makeAlert } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, LOGGED_OUT, server } from "@/testing/server";

async function open(path = "/alerts") {
  const app = renderApp(path);
  await screen.findByRole("navigation", { name: "Main" });
  await screen.findByText("Live connection: Live");
  return app;
}

describe("the frame", () => {
  it("leads from the root to the alerts, and marks where one is", async () => {
    const { address } = await open("/");
    expect(address()).toBe("/alerts");
    expect(screen.getByRole("link", { name: "Alerts", current: "page" })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Skip to content" })).toHaveAttribute("href", "#main");
    expect(await screen.findByText("Demo data")).toBeInTheDocument();
  });

  it("marks where pages belong that have no link of their own", async () => {
    await open("/cohorts");
    const nav = screen.getByRole("navigation", { name: "Main" });
    expect(within(nav).getByRole("link", { name: "Academy", current: "page" })).toBeInTheDocument();
  });

  it("speaks of demo data in the tenant that has some", async () => {
    server.use(get("/api/v2/me", { ...ADA, tenant: "acme" }));
    await open();
    expect(screen.queryByText("Demo data")).not.toBeInTheDocument();
  });

  it("knows pages that do not exist", async () => {
    await open("/nowhere");
    expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeInTheDocument();
    const nav = screen.getByRole("navigation", { name: "Main" });
    expect(within(nav).queryByRole("link", { current: "page" })).toBeNull();
  });

  it("switches theme and times", async () => {
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Account: ada" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
    expect(document.documentElement.dataset["theme"]).toBe("dark");
    await user.click(screen.getByRole("button", { name: "Times: Local" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "UTC" }));
    expect(screen.getByRole("button", { name: "Times: UTC" })).toBeInTheDocument();
    expect((await screen.findAllByText(/\d\d:\d\d(:\d\d)? Z$/)).length).toBeGreaterThan(0);
    await user.click(screen.getByRole("button", { name: "Times: UTC" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Relative" }));
    expect((await screen.findAllByText(/ago$/)).length).toBeGreaterThan(0);
  });

  it("opens the shortcut sheet from the menu", async () => {
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Account: ada" }));
    await user.click(await screen.findByRole("menuitem", { name: "Keyboard shortcuts" }));
    expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeInTheDocument();
  });
});

describe("the connection", () => {
  it("is stated, and tried again on request", async () => {
    const { user } = await open();
    act(() => FakeSocket.last.drop());
    expect(await screen.findByText("Live connection: Reconnecting")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Reconnecting" }));
    expect(await screen.findByText("Live connection: Live")).toBeInTheDocument();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("follows the network", async () => {
    await open();
    const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event("offline")));
    expect(await screen.findByText("Live connection: Offline")).toBeInTheDocument();
    online.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event("online")));
    expect(await screen.findByText("Live connection: Live")).toBeInTheDocument();
  });

  it("fetches snapshots again after a gap", async () => {
    await open();
    await screen.findByText("Password guessing over SSH");
    server.use(get("/api/v2/alerts", { items: [makeAlert({ title: "After the gap" })], next: null }));
    act(() => {
      FakeSocket.last.deliver({ type: "gap", sub: "alerts", from: 1, to: 9, reason: "overflow" });
      FakeSocket.last.deliver({ type: "gap", sub: "threats", from: 1, to: 9, reason: "overflow" });
    });
    expect(await screen.findByText("After the gap")).toBeInTheDocument();
  });

  it("leads to the log-in when the session has ended", async () => {
    const { address } = await open("/alerts?level=high");
    server.use(fails("/api/v2/me", 401, LOGGED_OUT));
    act(() => FakeSocket.last.drop(4401));
    await waitFor(() => expect(address()).toBe("/login?next=%2Falerts%3Flevel%3Dhigh&ended=1"));
    await waitFor(() => expect(sessionStorage.getItem("netsentinel.live")).toBeNull());
  });
});

describe("the session", () => {
  it("ends with the log-out", async () => {
    const { user, address } = await open();
    await user.click(screen.getByRole("button", { name: "Account: ada" }));
    await user.click(await screen.findByRole("menuitem", { name: "Log out" }));
    await waitFor(() => expect(address()).toBe("/login"));
    await waitFor(() => expect(FakeSocket.last.readyState).toBe(3));
  });

  it("goes on, and says so, when the log-out failed", async () => {
    server.use(fails("/auth/logout"));
    const { user, address } = await open();
    await user.click(screen.getByRole("button", { name: "Account: ada" }));
    await user.click(await screen.findByRole("menuitem", { name: "Log out" }));
    expect((await screen.findAllByText("You are still logged in")).length).toBeGreaterThan(0);
    expect(address()).toBe("/alerts");
  });

  it("that has ended on the server leads to the log-in with the next call", async () => {
    const { user, address } = await open();
    server.use(fails("/api/v2/threats", 401, LOGGED_OUT));
    await user.click(screen.getByRole("link", { name: "Threats" }));
    await waitFor(() => expect(address()).toBe("/login?next=%2Fthreats&ended=1"));
  });
});
