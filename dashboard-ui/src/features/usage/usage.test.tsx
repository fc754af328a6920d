import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { Usage } from "@/lib/model";
import { ADA, at, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { get, server } from "@/testing/server";
import { usageRows } from "./usage-columns";
import { carriedOver } from "./usage-words";

const TODAY = Date.parse("2026-05-30T10:00:00Z");
const WINDOW: Usage["windows"][number] = {
  request_class: "session",
  per_minute: 1_200,
  burst: 240,
  per_day: 200_000,
  minute_used: 7,
  minute_left: 1_433,
  minute_resets_at: NOW,
  day_used: 5_000,
  day_refused: 12,
  day_left: 195_000,
  day_resets_at: NOW,
};
const OWN: Usage = {
  scope: "own",
  tier: "standard",
  tenant_tier: "premium",
  windows: [WINDOW],
  days: [
    { day: "2026-05-30", principal: "usr_1", request_class: "session", requests: 5_000, refused: 12 },
    { day: "2026-05-29", principal: "usr_1", request_class: "session", requests: 321, refused: 0 },
  ],
  consumers: [],
};
const ALL: Usage = {
  ...OWN,
  scope: "tenant",
  days: [
    { day: "2026-05-30", principal: "key_1", request_class: "api", requests: 70, refused: 3 },
    { day: "2026-05-29", principal: "key_1", request_class: "api", requests: 30, refused: 0 },
    { day: "2026-05-30", principal: "usr_1", request_class: "session", requests: 4, refused: 0 },
    { day: "2026-05-30", principal: "key_2", request_class: "intake", requests: 1, refused: 0 },
  ],
  consumers: [
    { id: "key_1", name: "report", kind: "key", tier: "", revoked: false },
    { id: "key_2", name: "", kind: "key", tier: "unlimited", revoked: true },
    { id: "usr_1", name: "ada", kind: "user", tier: "", revoked: false },
  ],
};

/** The page for somebody with these permissions more than ada's; whose usage was asked for is told. */
function open(path: string, ...permissions: string[]) {
  const asked: (string | null)[] = [];
  server.use(
    get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, ...permissions] }),
    http.get(at("/api/v2/usage"), ({ request }) => {
      const scope = new URL(request.url).searchParams.get("scope");
      asked.push(scope);
      return HttpResponse.json(scope === "tenant" ? ALL : OWN);
    }),
  );
  return { ...renderApp(path), asked };
}

describe("the counts", () => {
  it("are added up by who asked, the busiest first", () => {
    const [key, user, gone] = usageRows(ALL, TODAY);
    expect(key).toMatchObject({ name: "report", about: "Key · premium", total: 100, today: 70, refused: 3 });
    expect(key?.perDay.slice(-2)).toEqual([30, 70]);
    expect(user).toMatchObject({ name: "ada", about: "User", total: 4 });
    expect(gone).toMatchObject({ name: "key_2", about: "Key · unlimited · revoked", today: 1 });
  });

  it("say what a minute was handed by those before", () => {
    expect(carriedOver(WINDOW)).toBe(240);
    expect(carriedOver({ ...WINDOW, minute_used: 1_300, minute_left: 140 })).toBe(140);
    expect(carriedOver({ ...WINDOW, minute_left: 1_193 })).toBe(0);
  });
});

describe("the page of usage", () => {
  it("shows what is left of one's own limits, and one's own days", async () => {
    const { asked } = open("/usage");
    const table = await screen.findByRole("table", { name: "Your requests of the last 30 days" });
    const [, today, yesterday] = within(table).getAllByRole("row");
    expect(today?.textContent).toContain("2026-05-30Browser5,000");
    expect(today?.textContent).toContain("12 refused");
    expect(yesterday?.textContent).toContain("321");
    expect(screen.getByRole("meter", { name: "This minute: used" })).toHaveValue(7);
    expect(screen.getByText("1,433 left, 240 of them saved up")).toBeInTheDocument();
    expect(screen.getByText("195,000 left")).toBeInTheDocument();
    expect(screen.queryByRole("group", { name: "Whose requests" })).not.toBeInTheDocument();
    expect(asked).toEqual(["own"]);
  });

  it("does not ask for everybody's without the permission, whatever the address says", async () => {
    const { asked } = open("/usage?scope=tenant");
    await screen.findByRole("table", { name: "Your requests of the last 30 days" });
    expect(asked).toEqual(["own"]);
  });

  it("shows everybody's to those who manage keys", async () => {
    const { user, address } = open("/usage", "keys:manage");
    await user.click(await screen.findByRole("radio", { name: "Everybody's" }));
    const table = await screen.findByRole("table", { name: "Everybody's requests of the last 30 days" });
    expect(within(table).getByText("Key · premium")).toBeInTheDocument();
    expect(within(table).getByRole("img", { name: "Requests of report by day" })).toBeInTheDocument();
    expect(screen.queryByRole("meter")).not.toBeInTheDocument();
    expect(address()).toBe("/usage?scope=tenant");
  });

  it("says when nothing is limited", async () => {
    const free = { ...WINDOW, per_minute: 0, per_day: 0, minute_left: 0, day_left: 0 };
    server.use(get("/api/v2/usage", { ...OWN, windows: [free], days: [] }));
    renderApp("/usage");
    expect(await screen.findByText("No requests in the last 30 days")).toBeInTheDocument();
    expect(screen.getAllByText(/no limit/)).toHaveLength(2);
    expect(screen.queryByRole("meter")).not.toBeInTheDocument();
  });
});
