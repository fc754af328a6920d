import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { ConnectionItem } from "@/lib/model";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA, MINUTE, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";

const makeConnection = (change: Partial<ConnectionItem> = {}): ConnectionItem => ({
  id: "con_1",
  user_id: "usr_1",
  user: "ada",
  address: "192.0.2.7",
  client: "dashboard",
  connected_at: NOW - 5 * MINUTE,
  last_ping_at: NOW,
  topics: ["alerts", "tasks"],
  requests: 0,
  waiting: 0,
  ...change,
});

const SLOW = makeConnection({
  id: "con_2",
  user_id: "key_1",
  user: "siem <b>",
  address: "2001:db8::7",
  client: "netsentinel-client",
  topics: ["threats"],
  requests: 2,
  waiting: 812,
});

const LOOKS = ["connections:read"];

function serve(
  items: readonly ConnectionItem[],
  permissions: readonly string[] = [...LOOKS, "connections:write"],
) {
  server.use(
    get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, ...permissions] }),
    get("/api/v2/connections", { items }),
  );
}

async function open(path = "/connections") {
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Live connections, newest first" });
  return app;
}

const rows = () => screen.getAllByRole("row").slice(1);

describe("the page of connections", () => {
  it("says who listens to what from where, and who is behind", async () => {
    serve([makeConnection(), SLOW]);
    await open();
    const [first, second] = rows();
    expect(first?.textContent).toContain("adacon_1192.0.2.7dashboardalertstasks0");
    expect(second?.textContent).toContain("siem <b>con_22001:db8::7netsentinel-clientthreats2812 waiting");
    expect(screen.getByText("2 connections")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Connections", current: "page" })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Operations", current: "page" })).toBeInTheDocument();
  });

  it("is narrowed by text and topic, in the address", async () => {
    serve([makeConnection(), SLOW]);
    const { user, address } = await open("/connections?topic=threats");
    expect(rows()).toHaveLength(1);
    expect(screen.getByText("1 of 2 connections")).toBeInTheDocument();
    await user.selectOptions(screen.getByRole("combobox", { name: "Topic" }), "");
    await user.type(screen.getByRole("searchbox", { name: "User, address or client" }), "2001:DB8");
    await waitFor(() => expect(address()).toBe("/connections?q=2001%3ADB8"));
    expect(rows()).toHaveLength(1);
    await user.type(screen.getByRole("searchbox", { name: "User, address or client" }), "zz");
    expect(await screen.findByText("No connection matches these filters")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Reset the filters" }));
    await waitFor(() => expect(rows()).toHaveLength(2));
  });

  it("closes one after a question", async () => {
    serve([makeConnection(), SLOW]);
    const closed: unknown[] = [];
    server.use(
      http.delete(at("/api/v2/connections/:id"), ({ params }) => {
        closed.push(params["id"]);
        server.use(get("/api/v2/connections", { items: [makeConnection()] }));
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = await open();
    const ask = () =>
      user.click(screen.getByRole("button", { name: "Close the connection of siem <b> con_2" }));
    await ask();
    const dialog = await screen.findByRole("dialog", { name: "Close this connection?" });
    await user.click(within(dialog).getByRole("button", { name: "Keep it" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(closed).toEqual([]);
    await ask();
    await user.click(await screen.findByRole("button", { name: "Close the connection" }));
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(closed).toEqual(["con_2"]);
  });

  it.each([
    [404, "That connection had ended already"],
    [500, "It is stuck"],
  ])("says what a %i to that means", async (status, said) => {
    serve([SLOW]);
    server.use(
      http.delete(at("/api/v2/connections/:id"), () =>
        HttpResponse.json({ title: "It is stuck", status, code: "no" }, { status }),
      ),
    );
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: /^Close the connection of/ }));
    await user.click(await screen.findByRole("button", { name: "Close the connection" }));
    expect((await screen.findAllByText(said)).length).toBeGreaterThan(0);
  });

  it("offers no closing to those who may only look", async () => {
    serve([SLOW], LOOKS);
    await open();
    expect(screen.queryByRole("button", { name: /^Close/ })).not.toBeInTheDocument();
  });

  it("has no tab for those who may not look, and says why where they come by the address", async () => {
    serve([], []);
    server.use(fails("/api/v2/connections", 403, { title: "You may not do this" }));
    renderApp("/connections");
    expect(await screen.findByRole("heading", { name: "You may not do this" })).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "Connections" })).not.toBeInTheDocument();
  });

  it("says that nobody is there, and tries again after a failure", async () => {
    serve([]);
    server.use(fails("/api/v2/connections"));
    const { user } = renderApp("/connections");
    const again = await screen.findByRole("button", { name: "Try again" });
    server.use(get("/api/v2/connections", { items: [] }));
    await user.click(again);
    act(() => FakeSocket.last.drop());
    expect(await screen.findByRole("heading", { name: "Nobody is connected" })).toBeInTheDocument();
  });

  it("does not say that nobody is there while its own connection is coming", async () => {
    FakeSocket.auto = false;
    serve([]);
    const { queryClient } = renderApp("/connections");
    await waitFor(() => expect(queryClient.getQueryData(["connections"])).toEqual({ items: [] }));
    expect(await screen.findByText("Loading connections")).toBeInTheDocument();
    expect(screen.queryByText("Nobody is connected")).not.toBeInTheDocument();
    server.use(get("/api/v2/connections", { items: [makeConnection()] }));
    FakeSocket.auto = true;
    act(() => FakeSocket.last.open());
    await waitFor(() => expect(rows()).toHaveLength(1), { timeout: 1_000 });
  });
});
