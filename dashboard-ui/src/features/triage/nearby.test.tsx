import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { MINUTE, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { get, server } from "@/testing/server";
import { makeNearby } from "@/testing/triage-fixtures";

it("tells the order of events around an alert within a second", async () => {
  const found = NOW - MINUTE;
  const items = [found - 1_000_000, found - 40_000, found, found + 200].map((time, index) => ({
    event: makeNearby({ id: `evt_1_${index}`, time }),
    evidence: time === found,
  }));
  server.use(
    get("/api/v2/alerts/:id/events", { items, at: found, since: found, until: found, truncated: false }),
  );
  renderApp("/alerts/alr_1");
  const around = await screen.findByRole("region", { name: "Events around it" });
  await within(around).findByText("Evidence");
  const rows = within(around).getAllByRole("button", { expanded: false });
  expect(rows.map((row) => row.firstElementChild?.textContent)).toEqual(["−1 s", "−40 ms", "0 s", "+1 ms"]);
});
