import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { makeKey, makeUser, peopleServer } from "@/testing/people-fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, server } from "@/testing/server";

const SELF = makeUser({ id: "usr_1", name: "ada", role: "admin" });
const BOB = makeUser();
const GONE = makeUser({ id: "usr_3", name: "carl", enabled: false, disabled_at: 1_700_000_000_000_000 });

function open(path = "/people") {
  const asked = peopleServer([SELF, BOB, GONE], [makeKey()]);
  return { ...renderApp(path), asked };
}

async function choose(user: ReturnType<typeof renderApp>["user"], name: string, what: string) {
  await user.click(await screen.findByRole("button", { name: `Actions for ${name}` }));
  await user.click(await screen.findByRole("menuitem", { name: what }));
  return await screen.findByRole("dialog");
}

describe("the list of people", () => {
  it("says who there is, and offers nothing about oneself", async () => {
    open();
    const table = await screen.findByRole("table", { name: "People" });
    const [, ada, bob, carl] = within(table).getAllByRole("row");
    expect(ada?.textContent).toContain("adaYouAdministratorMay log in");
    expect(bob?.textContent).toContain("bobViewerMay log inLast log-in never");
    expect(carl?.textContent).toContain("Disabledsince");
    expect(screen.queryByRole("button", { name: "Actions for ada" })).toBeNull();
    expect(screen.getByRole("link", { name: "People & keys" })).toHaveAttribute("aria-current", "page");
  });

  it("is narrowed by its address", async () => {
    open("/people?q=admin");
    const table = await screen.findByRole("table", { name: "People" });
    expect(within(table).getAllByRole("row")).toHaveLength(2);
    expect(screen.getByRole("searchbox", { name: "Name or role" })).toHaveValue("admin");
  });

  it("is for administrators", async () => {
    peopleServer([], [], []);
    renderApp("/people");
    expect(await screen.findByRole("heading", { name: "For administrators" })).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "People & keys" })).toBeNull();
    expect(screen.getByRole("link", { name: "Tasks" })).toBeInTheDocument();
  });

  it("shows the keys to who may manage keys only", async () => {
    peopleServer([], [makeKey()], ["keys:manage"]);
    renderApp("/people");
    expect(await screen.findByRole("table", { name: "API keys" })).toBeInTheDocument();
    expect(screen.queryByRole("radio", { name: "People" })).toBeNull();
  });
});

describe("what is done about people", () => {
  it("adds one, and shows the password once", async () => {
    const { user, asked } = open();
    await user.click(await screen.findByRole("button", { name: "Add a person" }));
    await user.type(screen.getByRole("textbox", { name: "Name to log in with" }), " grace ");
    await user.click(screen.getByRole("radio", { name: /^Viewer/ }));
    await user.click(screen.getByRole("button", { name: "Add" }));
    const dialog = await screen.findByRole("dialog", { name: "Password of grace" });
    expect(asked).toEqual([
      { method: "POST", path: "/api/v2/users", body: { username: "grace", role: "viewer" } },
    ]);
    expect(within(dialog).getByText("k7mfp-2xqrd-9wtca-h4n8v")).toBeInTheDocument();
    await user.click(within(dialog).getByRole("button", { name: "Copy the password" }));
    expect(await navigator.clipboard.readText()).toBe("k7mfp-2xqrd-9wtca-h4n8v");
    await user.click(within(dialog).getByRole("button", { name: "I have copied it" }));
    await waitFor(() => expect(screen.queryByText("k7mfp-2xqrd-9wtca-h4n8v")).toBeNull());
  });

  it("says at the field why a name is refused", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Add a person" }));
    server.use(
      fails("/api/v2/users", 409, { detail: "There is a user named bob already.", code: "conflict" }),
    );
    const name = screen.getByRole("textbox", { name: "Name to log in with" });
    await user.type(name, "bob");
    await user.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() => expect(name).toHaveAccessibleDescription(/There is a user named bob already\./));
    expect(name).toBeInvalid();
  });

  it("gives another role", async () => {
    const { user, asked } = open();
    const dialog = await choose(user, "bob", "Change role…");
    expect(within(dialog).getByRole("radio", { name: /^Viewer/ })).toBeChecked();
    await user.click(within(dialog).getByRole("radio", { name: /^Analyst/ }));
    await user.click(within(dialog).getByRole("button", { name: "Change role" }));
    expect(await screen.findByText("bob: Analyst")).toBeInTheDocument();
    expect(asked).toEqual([{ method: "PATCH", path: "/api/v2/users/usr_2", body: { role: "analyst" } }]);
  });

  it("makes another password, after asking", async () => {
    const { user, asked } = open();
    const dialog = await choose(user, "bob", "New password…");
    expect(asked).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Make a new password" }));
    expect(await screen.findByText("another-passw-ordof-bobs2")).toBeInTheDocument();
    expect(asked.map(({ path }) => path)).toEqual(["/api/v2/users/usr_2/password"]);
  });

  it("shuts out after saying which keys go on, and lets in again", async () => {
    const { user, asked } = open();
    const dialog = await choose(user, "bob", "Disable…");
    expect(dialog).toHaveTextContent("1 API key that bob made works on: siem-export.");
    await user.click(within(dialog).getByRole("button", { name: "Disable" }));
    expect(await screen.findByText("bob can no longer log in")).toBeInTheDocument();
    const other = await choose(user, "carl", "Enable…");
    await user.click(within(other).getByRole("button", { name: "Enable" }));
    expect(await screen.findByText("carl may log in again")).toBeInTheDocument();
    expect(asked.map(({ path, body }) => [path, body])).toEqual([
      ["/api/v2/users/usr_2", { enabled: false }],
      ["/api/v2/users/usr_3", { enabled: true }],
    ]);
  });

  it("says why somebody stays", async () => {
    const { user } = open();
    const dialog = await choose(user, "bob", "Disable…");
    const detail = "bob is the only active administrator of the tenant default.";
    server.use(fails("/api/v2/users/:id", 409, { title: "That is not possible", detail, code: "conflict" }));
    await user.click(within(dialog).getByRole("button", { name: "Disable" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(detail);
  });
});
