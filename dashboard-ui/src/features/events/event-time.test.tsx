import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { eventRoutes, makeEvent, makeHistogram } from "@/testing/event-fixtures";
import { renderApp } from "@/testing/render-app";
import { server } from "@/testing/server";

const LIST = "/api/v2/events";

async function open(path = "/events", events = [makeEvent()]) {
  const asked = eventRoutes(events);
  server.use(...asked.routes);
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Events, newest first" });
  return { ...app, ...asked };
}

describe("the time of a search", () => {
  it("is a preset, or two fixed times", async () => {
    const { user, address } = await open();
    await user.click(screen.getByRole("button", { name: /Time range.*Last 24 hours/ }));
    await user.click(await screen.findByRole("button", { name: "Last 7 days" }));
    await waitFor(() => expect(address()).toBe("/events?range=7d"));
    await user.click(screen.getByRole("button", { name: /Time range.*Last 7 days/ }));
    const from = await screen.findByLabelText("From");
    fireEvent.change(from, { target: { value: "2026-06-01T10:00:00" } });
    fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-06-01T09:00:00" } });
    await user.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByText("The end lies before the beginning.")).toBeInTheDocument();
    fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-06-01T11:00:00" } });
    await user.click(screen.getByRole("button", { name: "Apply" }));
    await waitFor(() => expect(address()).toMatch(/\?from=2026-06-0.*&to=2026-06-0/));
  });

  it("is narrowed by selecting bars with the keyboard", async () => {
    const { user, address } = await open();
    const bars = await screen.findByRole("slider", { name: "Events over time" });
    bars.focus();
    await user.keyboard("{End}{Home}{Shift>}{ArrowRight}{/Shift}");
    expect(bars).toHaveAttribute("aria-valuetext", expect.stringContaining("3 events"));
    await user.keyboard("{Enter}");
    const { since } = makeHistogram();
    const from = new Date(since / 1_000).toISOString().replace(".000Z", "Z");
    await waitFor(() => expect(address()).toContain(`from=${encodeURIComponent(from)}`));
  });

  it("is narrowed by dragging over the bars", async () => {
    const { address } = await open();
    const bars = await screen.findByRole("slider", { name: "Events over time" });
    bars.getBoundingClientRect = () => new DOMRect(0, 0, 1_000, 100);
    Element.prototype.setPointerCapture = () => {};
    fireEvent.pointerDown(bars, { button: 0, clientX: 10, pointerId: 1 });
    fireEvent.pointerMove(bars, { clientX: 450, pointerId: 1 });
    fireEvent.pointerUp(bars, { pointerId: 1 });
    await waitFor(() => expect(address()).toMatch(/from=.*&to=/));
  });

  it("shows the counts as a table, too, and a kind is a filter", async () => {
    const { user, last } = await open();
    const table = await screen.findByRole("table", { name: "Events over time as a table" });
    expect(within(table).getAllByRole("row")).toHaveLength(3);
    await user.click(screen.getByRole("button", { name: /Network activity/ }));
    await waitFor(() => expect(last(LIST).getAll("where")).toEqual(["class_uid=4001"]));
    await user.click(screen.getByRole("radio", { name: "Severity" }));
    await waitFor(() => expect(last("/api/v2/events/histogram").get("by")).toBe("severity"));
  });
});
