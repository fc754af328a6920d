import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { MINUTE, makeAlert, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, server } from "@/testing/server";
import { countLate } from "./late-alerts";

const HOUR = 60 * MINUTE;
const fresh = makeAlert({ id: "fresh", title: "Fresh", last_at: NOW - MINUTE, raised_at: NOW - 2 * HOUR });
const replayed = makeAlert({
  id: "old",
  title: "Replayed",
  last_at: NOW - 900 * HOUR,
  raised_at: NOW - MINUTE,
});

function answer(): void {
  server.use(
    http.get(at("/api/v2/alerts"), ({ request }) => {
      const byArrival = new URL(request.url).searchParams.get("by_arrival") === "true";
      return HttpResponse.json({ items: byArrival ? [replayed, fresh] : [fresh, replayed], next: null });
    }),
  );
}

describe("alerts about old events", () => {
  it("count as late when they were raised within the hour and are a day older", () => {
    expect(countLate([fresh, replayed], NOW)).toBe(1);
    expect(countLate([replayed], NOW + 2 * HOUR)).toBe(0);
    expect(countLate([{ ...replayed, last_at: replayed.raised_at - 23 * HOUR }], NOW)).toBe(0);
  });

  it("are told of above the list, and one click puts those first that were raised last", async () => {
    answer();
    const { user, address } = renderApp("/alerts");
    expect(
      await screen.findByText("1 alert of the last hour is about events more than a day old."),
    ).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Show by arrival" }));
    await waitFor(() => expect(address()).toBe("/alerts?order=arrival"));
    const table = await screen.findByRole("table", { name: "Alerts" });
    await waitFor(() => expect(within(table).getAllByRole("row")[1]).toHaveTextContent("Replayed"));
    expect(within(table).getByRole("columnheader", { name: "Raised" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Show by arrival" })).toBeNull();
    await user.click(within(table).getByRole("button", { name: "Raised" }));
    await waitFor(() => expect(address()).toBe("/alerts"));
    await user.selectOptions(screen.getByRole("combobox", { name: "Order" }), "By arrival");
    await waitFor(() => expect(address()).toBe("/alerts?order=arrival"));
  });
});
