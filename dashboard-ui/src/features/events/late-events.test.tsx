import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { eventRoutes, makeEvent, makeHistogram } from "@/testing/event-fixtures";
import { renderApp } from "@/testing/render-app";
import { server } from "@/testing/server";

const LIST = "/api/v2/events";

describe("older events that arrived lately", () => {
  it("are told of above the list, and one click lists what arrived last", async () => {
    const asked = eventRoutes([makeEvent()], makeHistogram({ late: 1_234 }));
    server.use(...asked.routes);
    const { user, address } = renderApp("/events");
    expect(await screen.findByText(/^1,234 older events arrived in the last hour/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Show by arrival" }));
    await waitFor(() => expect(address()).toBe("/events?arrival=1&range=1h"));
    expect(await screen.findByRole("table", { name: "Events, last arrived first" })).toBeInTheDocument();
    expect(screen.getByRole("columnheader", { name: "Received" })).toBeInTheDocument();
    expect(asked.last(LIST).get("by_arrival")).toBe("true");
  });

  it("are not told of where there are none", async () => {
    server.use(...eventRoutes().routes);
    renderApp("/events");
    expect(await screen.findByText("That is all: 1 event.")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Show by arrival" })).toBeNull();
  });

  it("are marked where they state no time of their own", async () => {
    const event = makeEvent();
    server.use(...eventRoutes([{ ...event, received_at: event.time }]).routes);
    renderApp("/events");
    expect(await screen.findByTitle("It states no time: this is when it arrived.")).toBeInTheDocument();
  });

  it("can be chosen with the range", async () => {
    const asked = eventRoutes();
    server.use(...asked.routes);
    const { user, address } = renderApp("/events");
    await user.click(await screen.findByRole("button", { name: /^Time range/ }));
    await user.click(await screen.findByRole("radio", { name: "When it arrived" }));
    await waitFor(() => expect(address()).toBe("/events?arrival=1"));
    expect(screen.getByRole("button", { name: /Arrived: Last 24 hours/ })).toBeInTheDocument();
    await user.click(screen.getByRole("radio", { name: "When it happened" }));
    await waitFor(() => expect(address()).toBe("/events"));
  });
});
