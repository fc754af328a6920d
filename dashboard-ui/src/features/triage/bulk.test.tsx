import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { toggled } from "@/features/alerts/selection";
import { asRecord } from "@/lib/json";
import { ADA, makeAlert } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";

const ALERTS = [makeAlert(), makeAlert({ id: "alr_2", title: "Port scan of one host", last_at: 5 })];
const sent: Record<string, unknown>[] = [];

beforeEach(() => {
  sent.length = 0;
  server.use(
    get("/api/v2/alerts", { items: ALERTS, next: null }),
    http.post(at("/api/v2/alerts/bulk"), async ({ request }) => {
      sent.push(asRecord(await request.json()));
      return HttpResponse.json({
        items: ALERTS.map(({ id, title }) => makeAlert({ id, title, status: "closed", version: 2 })),
        missing: [],
      });
    }),
  );
});

async function open() {
  const app = renderApp("/alerts");
  await screen.findByRole("table", { name: "Alerts" });
  return app;
}

describe("several alerts at once", () => {
  it("are selected by click or key and closed together", async () => {
    const { user } = await open();
    await user.click(await screen.findByRole("checkbox", { name: "Select Password guessing over SSH" }));
    await user.keyboard("jj");
    await user.keyboard("x");
    const bar = screen.getByRole("region", { name: "Selected alerts" });
    await waitFor(() => expect(bar).toHaveTextContent("2 selected"));
    await user.click(within(bar).getByRole("button", { name: "Close" }));
    await user.click(await screen.findByRole("menuitem", { name: "Benign" }));
    await waitFor(() =>
      expect(sent).toEqual([{ ids: ["alr_1", "alr_2"], note: "", status: "closed", verdict: "benign" }]),
    );
    expect((await screen.findAllByText("Changed 2 alerts")).length).toBeGreaterThan(0);
    expect(screen.queryByRole("region", { name: "Selected alerts" })).toBeNull();
  });

  it("are all selected, assigned, and stay selected when that fails", async () => {
    server.use(fails("/api/v2/alerts/bulk"));
    const { user } = await open();
    await user.click(await screen.findByRole("checkbox", { name: /Password guessing/ }));
    await user.click(screen.getByRole("button", { name: "All 2 shown" }));
    await user.click(screen.getByRole("button", { name: "Assign" }));
    await user.click(await screen.findByRole("menuitem", { name: "bob" }));
    expect((await screen.findAllByText(/The alerts were not changed/)).length).toBeGreaterThan(0);
    expect(screen.getByRole("region", { name: "Selected alerts" })).toHaveTextContent("2 selected");
    await user.click(screen.getByRole("button", { name: "Clear the selection" }));
    expect(screen.queryByRole("region", { name: "Selected alerts" })).toBeNull();
  });

  it("cannot be selected by those who may only read", async () => {
    server.use(get("/api/v2/me", { ...ADA, role: "viewer", permissions: ["alerts:read"] }));
    await open();
    expect(screen.queryByRole("checkbox")).toBeNull();
  });

  it("are at most 500", () => {
    const full = new Set(Array.from({ length: 500 }, (_, at_) => String(at_)));
    expect(toggled(full, "one more").size).toBe(500);
    expect(toggled(full, "3").size).toBe(499);
  });
});

describe("the export", () => {
  it("asks for what the filters let through", async () => {
    const clicked: string[] = [];
    HTMLAnchorElement.prototype.click = function click() {
      clicked.push(this.href);
    };
    const { user } = renderApp("/alerts?status=closed&level=high");
    await user.click(await screen.findByRole("button", { name: "Export" }));
    await user.click(await screen.findByRole("menuitem", { name: /CSV/ }));
    expect(clicked).toEqual([at("/api/v2/alerts/export?status=closed&min_level=high&format=csv")]);
  });
});
