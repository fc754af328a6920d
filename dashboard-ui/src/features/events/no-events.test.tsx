import { screen, waitFor } from "@testing-library/react";
import { delay, http } from "msw";
import { describe, expect, it } from "vitest";
import { eventRoutes, makeEvent, makeHistogram } from "@/testing/event-fixtures";
import { MINUTE, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, server } from "@/testing/server";

const LIST = "/api/v2/events";

describe("a search without a result", () => {
  it("says so, and offers all that is stored", async () => {
    server.use(...eventRoutes([]).routes);
    const { user, address } = renderApp("/events?q=zzz");
    expect(await screen.findByText("No event matches in the last 24 hours")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Search all that is stored" }));
    await waitFor(() => expect(address()).toBe("/events?q=zzz&range=all"));
    await user.click(await screen.findByRole("button", { name: "Remove the filters" }));
    await waitFor(() => expect(address()).toBe("/events?range=all"));
  });

  it("tells of older events, and leads to them", async () => {
    const histogram = makeHistogram({ stored: { oldest: NOW - 90 * 1_440 * MINUTE, newest: NOW } });
    server.use(...eventRoutes([makeEvent()], histogram).routes);
    const { user, address } = renderApp("/events");
    expect(await screen.findByText("That is all: 1 event.")).toBeInTheDocument();
    expect(await screen.findByText(/^Older events are stored/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Search all that is stored" }));
    await waitFor(() => expect(address()).toBe("/events?range=all"));
    await waitFor(() => expect(screen.queryByText(/^Older events are stored/)).toBeNull());
  });

  it("tells of none where there are none", async () => {
    server.use(...eventRoutes().routes);
    renderApp("/events");
    expect(await screen.findByText("That is all: 1 event.")).toBeInTheDocument();
    expect(await screen.findByRole("table", { name: "Events over time as a table" })).toBeInTheDocument();
    expect(screen.queryByText(/^Older events are stored/)).toBeNull();
  });

  it("shows how to get events when nothing is stored", async () => {
    server.use(...eventRoutes([], makeHistogram({ items: [], stored: null })).routes);
    renderApp("/events");
    expect(await screen.findByText("netsentinel replay FILE")).toBeInTheDocument();
  });

  it("explains what the server refused", async () => {
    server.use(
      ...eventRoutes().routes,
      fails(LIST, 400, { title: "The filter is not valid", detail: "missing )" }),
    );
    server.use(fails(LIST, 400, { title: "The filter is not valid", detail: "missing )" }));
    renderApp("/events?q=(&regex=1");
    expect(await screen.findByRole("alert")).toHaveTextContent("missing )");
  });

  it("can be stopped while it runs, which hangs up", async () => {
    let aborted = false;
    server.use(
      http.get(at(LIST), async ({ request }) => {
        request.signal.addEventListener("abort", () => (aborted = true));
        await delay("infinite");
      }),
      ...eventRoutes().routes.slice(1),
    );
    const { user } = renderApp("/events");
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    expect(await screen.findByText("The search was stopped")).toBeInTheDocument();
    await waitFor(() => expect(aborted).toBe(true));
    server.use(...eventRoutes().routes);
    await user.click(screen.getByRole("button", { name: "Search again" }));
    expect(await screen.findByRole("table", { name: "Events, newest first" })).toBeInTheDocument();
  });

  it("says where the page's limit lies, with the command that has none", async () => {
    const many = Array.from({ length: 5_000 }, (_, number) =>
      makeEvent({ id: `evt_1_${number}`, number, time: NOW - number }),
    );
    server.use(...eventRoutes(many).routes);
    renderApp("/events?q=it%27s&where=user!%3Droot");
    expect(await screen.findByText(/The newest 5,000 events are shown/)).toBeInTheDocument();
    expect(
      screen.getByText(/netsentinel events search 'it'\\''s' -w 'user!=root' --limit/),
    ).toBeInTheDocument();
  });
});
