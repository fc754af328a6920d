import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { makeKey, makeUser, peopleServer } from "@/testing/people-fixtures";
import { renderApp } from "@/testing/render-app";
import { areasOf, expiryOf, isWantedKey, makerOf } from "./people-words";

const OLD = makeKey({ id: "key_2", name: "trial", role: "viewer", state: "revoked", created_by: "system" });
const BOUND = makeKey({
  id: "key_3",
  name: "source edge",
  scopes: ["events:write"],
  source: "edge",
  tier: "standard",
});

function open(path = "/people?show=keys") {
  const asked = peopleServer([makeUser()], [makeKey(), BOUND, OLD]);
  return { ...renderApp(path), asked };
}

describe("the words about keys", () => {
  it("say when one expires", () => {
    expect(expiryOf("0", 1_000)).toBe(0);
    expect(expiryOf("30", 1_000)).toBe(1_000_000 + 30 * 86_400_000_000);
  });

  it("say who made one", () => {
    expect(makerOf("system", [], [])).toBe("Command line");
    expect(makerOf("usr_2", [makeUser()], [])).toBe("bob");
    expect(makerOf("key_1", [], [makeKey()])).toBe("siem-export");
    expect(makerOf("usr_gone", [], [])).toBe("usr_gone");
  });

  it("offer no more than the maker may do", () => {
    expect([...areasOf(["alerts:write", "alerts:read", "events:read", "unknown:thing"])]).toEqual([
      ["events", ["events:read"]],
      ["alerts", ["alerts:read", "alerts:write"]],
    ]);
  });

  it("find one by its name, its beginning, what it may, and its source", () => {
    for (const q of ["SIEM", "HmWQ", "alerts:read", ""]) expect(isWantedKey(makeKey(), q, false)).toBe(true);
    expect(isWantedKey(BOUND, "edge", false)).toBe(true);
    expect(isWantedKey(makeKey(), "other", false)).toBe(false);
    expect([isWantedKey(OLD, "", false), isWantedKey(OLD, "", true)]).toEqual([false, true]);
  });
});

describe("the list of keys", () => {
  it("says what each may do, and until when", async () => {
    open();
    const table = await screen.findByRole("table", { name: "API keys" });
    await within(table).findAllByText("bob");
    const [, siem, bound, ...rest] = within(table).getAllByRole("row");
    expect(siem?.textContent).toContain("siem-exportns_key_HmWQ…alerts:read, events:readpremiumthe tenant's");
    expect(bound?.textContent).toContain("events:writeas edgestandard");
    expect(rest).toEqual([]);
  });

  it("shows those that work no more when asked, without an act", async () => {
    const { user, address } = open();
    await user.click(await screen.findByRole("radio", { name: "All" }));
    const row = (await screen.findByText("trial")).closest("tr");
    expect(row).toHaveTextContent("Revoked");
    expect(row).toHaveTextContent("Command line");
    expect(screen.queryByRole("button", { name: "Actions for trial" })).toBeNull();
    expect(address()).toBe("/people?show=keys&state=all");
  });

  it("says that there is none", async () => {
    peopleServer([], []);
    renderApp("/people?show=keys");
    expect(await screen.findByRole("heading", { name: "No API key so far" })).toBeInTheDocument();
  });

  it("says that there were some", async () => {
    peopleServer([], [OLD]);
    renderApp("/people?show=keys");
    expect(await screen.findByRole("heading", { name: "No API key is valid now" })).toBeInTheDocument();
  });
});

describe("what is done about keys", () => {
  it("makes one with only what it needs, and shows its text once", async () => {
    const { user, asked } = open();
    await user.click(await screen.findByRole("button", { name: "Make an API key" }));
    const dialog = screen.getByRole("dialog", { name: "Make an API key" });
    await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "edge-sensor");
    await user.click(within(dialog).getByRole("button", { name: "Make the key" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("Choose at least one thing");
    await user.click(within(dialog).getByRole("checkbox", { name: "alerts:read" }));
    await user.click(within(dialog).getByRole("checkbox", { name: "events:read" }));
    await user.click(within(dialog).getByRole("checkbox", { name: "events:read" }));
    await user.selectOptions(within(dialog).getByRole("combobox", { name: "Expires" }), "Never");
    await user.selectOptions(within(dialog).getByRole("combobox", { name: "Tier" }), "Premium");
    await user.click(within(dialog).getByRole("button", { name: "Make the key" }));
    const made = await screen.findByRole("dialog", { name: "The key edge-sensor" });
    expect(within(made).getByText("ns_key_made")).toBeInTheDocument();
    expect(asked).toEqual([
      {
        method: "POST",
        path: "/api/v2/api-keys",
        body: { name: "edge-sensor", scopes: ["alerts:read"], expires_at: 0, tier: "premium" },
      },
    ]);
    await user.click(within(made).getByRole("button", { name: "I have copied it" }));
    await waitFor(() => expect(screen.queryByText("ns_key_made")).toBeNull());
  });

  it("makes one with a role", async () => {
    const { user, asked } = open();
    await user.click(await screen.findByRole("button", { name: "Make an API key" }));
    await user.type(screen.getByRole("textbox", { name: "Name" }), "class");
    await user.click(screen.getByRole("radio", { name: "As much as a role" }));
    await user.click(screen.getByRole("radio", { name: /^Analyst/ }));
    await user.click(screen.getByRole("button", { name: "Make the key" }));
    await screen.findByText("ns_key_made");
    expect(asked[0]?.body).toMatchObject({ name: "class", role: "analyst", scopes: [], tier: null });
    expect(Number(asked[0]?.body["expires_at"])).toBeGreaterThan(Date.now() * 1_000);
  });

  it("revokes one, after asking", async () => {
    const { user, asked } = open();
    await user.click(await screen.findByRole("button", { name: "Actions for siem-export" }));
    await user.click(await screen.findByRole("menuitem", { name: "Revoke…" }));
    const dialog = await screen.findByRole("dialog", { name: "Revoke siem-export?" });
    expect(asked).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Revoke" }));
    expect(await screen.findByText("The key siem-export works no more")).toBeInTheDocument();
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["DELETE /api/v2/api-keys/key_1"]);
  });
});
