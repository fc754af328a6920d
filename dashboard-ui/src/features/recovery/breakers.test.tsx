import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { makeBreaker, operationsServer } from "@/testing/schedule-fixtures";
import { fails, get, server } from "@/testing/server";

const OPEN = makeBreaker({
  dependency: "reputation",
  mode: "open",
  until: Date.now() * 1_000,
  opened: 3,
  calls: 10,
  failure_rate: 0.8,
});

async function open(path = "/breakers") {
  const fake = operationsServer([OPEN, makeBreaker()], []);
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Breakers" });
  return { ...app, ...fake };
}

describe("the page of breakers", () => {
  it("says how each stands, and at which share of failures it opens", async () => {
    await open();
    const [, first, second] = screen.getAllByRole("row");
    expect(first?.textContent).toContain("reputationOpened 3 times in a rowOpenProbes at");
    expect(first?.textContent).toContain("10decide from 20");
    expect(second?.textContent).toContain("smtpClosed");
    expect(screen.getByRole("img", { name: "Failed calls: 80 %, opens it at 50 %" })).toBeInTheDocument();
  });

  it("is turned by hand", async () => {
    const { user, answers, sent } = await open();
    for (const command of ["open", "close", "reset"])
      answers("post", `/api/v2/error-recovery/circuit-breaker/:name/${command}`, () =>
        HttpResponse.json(OPEN),
      );
    const choose = async (name: RegExp): Promise<void> => {
      await user.click(await screen.findByRole("button", { name: "Actions for smtp" }));
      await user.click(await screen.findByRole("menuitem", { name }));
    };
    await choose(/^Force open/);
    await choose(/^Force closed/);
    await choose(/^Reset/);
    await waitFor(() => expect(sent).toHaveLength(3));
    expect(sent.map(({ path }) => path.split("/").slice(-2).join("/"))).toEqual([
      "smtp/open",
      "smtp/close",
      "smtp/reset",
    ]);
  });

  it("shows what happened to one, in the address", async () => {
    const { user, address } = await open();
    server.use(
      get("/api/v2/error-recovery/circuit-breaker/:name", {
        breaker: OPEN,
        changes: [
          { ...OPEN, at: 5, before: "closed", after: "open", reason: "failure rate", failures: 16, slow: 0 },
        ],
      }),
    );
    await user.click(screen.getByRole("link", { name: "reputation" }));
    const drawer = await screen.findByRole("dialog", { name: "reputation" });
    expect(await within(drawer).findByText("failure rate")).toBeInTheDocument();
    expect(address()).toBe("/breakers?dependency=reputation");
    await user.click(within(drawer).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(address()).toBe("/breakers"));
  });

  it("offers the way back from one that does not exist", async () => {
    const { user, address, router } = await open();
    server.use(fails("/api/v2/error-recovery/circuit-breaker/:name", 404, { title: "Not found" }));
    await act(() => router.navigate({ to: "/breakers", search: { dependency: "nothing" } }));
    const drawer = await screen.findByRole("dialog", { name: "nothing" });
    expect(await within(drawer).findByText("This breaker does not exist")).toBeInTheDocument();
    await user.click(within(drawer).getByRole("button", { name: "All breakers" }));
    await waitFor(() => expect(address()).toBe("/breakers"));
  });

  it("fetches them again when one changes its state", async () => {
    await open();
    await waitFor(() =>
      expect(FakeSocket.last.ofType("subscribe").map(({ topic }) => topic)).toContain("recovery"),
    );
    server.use(
      get("/api/v2/error-recovery/circuit-breaker", { items: [makeBreaker({ mode: "half_open" })] }),
    );
    act(() => FakeSocket.last.event("recovery", 1, "circuit-breaker:state-change", {}));
    expect(await screen.findByText("Half open")).toBeInTheDocument();
  });

  it("says when there is none, when it may only be looked at, and what is wrong", async () => {
    const { unmount } = await open();
    unmount();
    operationsServer([], []);
    const empty = renderApp("/breakers");
    expect(await screen.findByText("No breaker so far")).toBeInTheDocument();
    empty.unmount();
    operationsServer([OPEN], []);
    server.use(get("/api/v2/me", ADA));
    const looking = renderApp("/breakers");
    await screen.findByRole("table", { name: "Breakers" });
    expect(screen.queryByRole("button", { name: /^Actions for/ })).toBeNull();
    looking.unmount();
    server.use(fails("/api/v2/error-recovery/circuit-breaker"));
    renderApp("/breakers");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
  });
});
