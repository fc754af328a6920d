import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import type { Delivery, Webhook } from "@/lib/model";
import { NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { operationsServer } from "@/testing/schedule-fixtures";
import { get, server } from "@/testing/server";
import { groupsOf, isCovered, toggled } from "./webhook-draft";
import { deliveryText, healthOf, shortUrl } from "./webhook-words";

const makeWebhook = (change: Partial<Webhook> = {}): Webhook => ({
  id: "whk_1",
  url: "https://example.org/hook",
  description: "the ticket system",
  events: ["alert.*"],
  enabled: true,
  stopped_by: "",
  failing_since: 0,
  delivered_at: NOW,
  failed_at: 0,
  failure: "",
  pending: 0,
  delivered: 1_234,
  failed: 0,
  old_secret_until: 0,
  created_by: "usr_1",
  created_at: NOW,
  updated_at: NOW,
  version: 1,
  ...change,
});

const makeDelivery = (change: Partial<Delivery> = {}): Delivery => ({
  id: "msg_1",
  webhook_id: "whk_1",
  event: "alert.raised",
  seq: 7,
  state: "delivered",
  attempts: 1,
  status: 200,
  error: "",
  task_id: "tsk_1",
  created_at: NOW,
  ended_at: NOW,
  ...change,
});

const KINDS = [
  { name: "alert.raised", topic: "alerts", summary: "A new alert." },
  { name: "task.dead", topic: "tasks", summary: "A task gave up." },
];

async function open(...webhooks: Webhook[]) {
  const fake = operationsServer([], []);
  server.use(get("/api/v2/webhooks", { items: webhooks }), get("/api/v2/webhooks/events", { items: KINDS }));
  const app = renderApp("/webhooks");
  await screen.findByRole("button", { name: "Add a webhook" });
  return { ...app, ...fake };
}

describe("the page of webhooks", () => {
  it("says how each is doing", async () => {
    await open(
      makeWebhook(),
      makeWebhook({ id: "whk_2", failing_since: NOW, pending: 3 }),
      makeWebhook({ id: "whk_3", enabled: false, stopped_by: "gone", failed: 2 }),
    );
    const [, first, second, third] = await screen.findAllByRole("row");
    expect(first?.textContent).toContain("Healthy");
    expect(first?.textContent).toContain("1,234 delivered");
    expect(second?.textContent).toContain("Failing");
    expect(second?.textContent).toContain("3 waiting");
    expect(third?.textContent).toContain("it answered 410, gone");
  });

  it("shows the secret of a new one once", async () => {
    const { user, answers, sent } = await open();
    answers("post", "/api/v2/webhooks", () =>
      HttpResponse.json({ webhook: makeWebhook(), secret: "whsec_abc" }, { status: 201 }),
    );
    await user.click(screen.getByRole("button", { name: "Add a webhook" }));
    await user.type(await screen.findByLabelText("URL"), "https://example.org/hook");
    await user.click(await screen.findByRole("button", { name: "Add the webhook" }));
    const shown = await screen.findByRole("dialog", { name: "The secret of this webhook" });
    expect(within(shown).getByText("whsec_abc")).toBeInTheDocument();
    expect(sent.at(-1)?.body).toMatchObject({ url: "https://example.org/hook", events: ["alert.*"] });
    await user.click(document.body); // beside it, where a click closes other dialogs
    expect(within(shown).getByText("whsec_abc")).toBeInTheDocument();
    await user.click(within(shown).getByRole("button", { name: "I have copied it" }));
    expect(screen.queryByText("whsec_abc")).toBeNull();
  });

  it("lists what was sent", async () => {
    const { user, address } = await open(makeWebhook());
    server.use(
      get("/api/v2/webhooks/:id/deliveries", {
        items: [makeDelivery(), makeDelivery({ id: "msg_2", state: "failed", status: 500, error: "no" })],
        next: null,
      }),
    );
    await user.click(await screen.findByRole("link", { name: "example.org/hook" }));
    const drawer = await screen.findByRole("dialog", { name: "example.org/hook" });
    expect(await within(drawer).findByText("Delivered, 200")).toBeInTheDocument();
    expect(within(drawer).getByText("Given up, answered 500")).toBeInTheDocument();
    expect(address()).toBe("/webhooks?webhook=whk_1");
  });

  it("offers the way back from one that does not exist", async () => {
    const { user, address, router } = await open(makeWebhook());
    await act(() => router.navigate({ to: "/webhooks", search: { webhook: "whk_gone" } }));
    const drawer = await screen.findByRole("dialog", { name: "Webhook" });
    expect(await within(drawer).findByText("This webhook does not exist")).toBeInTheDocument();
    await user.click(within(drawer).getByRole("button", { name: "All webhooks" }));
    await waitFor(() => expect(address()).toBe("/webhooks"));
  });
});

describe("words and choices", () => {
  it("says what became of a delivery", () => {
    expect(deliveryText(makeDelivery({ state: "pending", attempts: 0 }))).toBe("On its way");
    expect(deliveryText(makeDelivery({ state: "pending", attempts: 2, status: 0 }))).toBe(
      "Tried 2 times, no answer",
    );
    expect(deliveryText(makeDelivery({ state: "failed", attempts: 0 }))).toBe("Given up");
    expect(healthOf(makeWebhook({ delivered_at: 0 }))).toBe("waiting");
    expect(shortUrl("http://example.org/a")).toBe("example.org/a");
  });

  it("lets a pattern take the place of the kinds that it names", () => {
    expect(toggled(["alert.raised", "task.dead"], "alert.*", true)).toEqual(["task.dead", "alert.*"]);
    expect(toggled(["alert.raised", "task.dead"], "*", true)).toEqual(["*"]);
    expect(toggled(["alert.*"], "alert.*", false)).toEqual([]);
    expect(isCovered(["alert.*"], "alert.raised")).toBe(true);
    expect(isCovered(["*"], "alert.*")).toBe(true);
    expect(isCovered(["*"], "*")).toBe(false);
    expect(groupsOf(KINDS).map(({ prefix }) => prefix)).toEqual(["alert", "task"]);
  });
});
