import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, describe, expect, it, vi } from "vitest";
import { getPreferences, setPreferences } from "@/lib/preferences";
import { ADA } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, LOGGED_OUT, server } from "@/testing/server";
import { passwordFault, passwordLength } from "./password";

const GOOD = "correct horse battery";

afterEach(() => {
  window.location.hash = "";
  setPreferences({ tenant: "default" });
});

function recordBody(path: string, status = 200): unknown[] {
  const bodies: unknown[] = [];
  server.use(
    http.post(at(path), async ({ request }) => {
      bodies.push(await request.json());
      expect(request.headers.get("X-NetSentinel-Request")).toBe("1");
      return HttpResponse.json(ADA, { status });
    }),
  );
  return bodies;
}

describe("the log-in", () => {
  it("is where a visitor without a session ends up, and leads back", async () => {
    server.use(fails("/api/v2/me", 401, LOGGED_OUT));
    const bodies = recordBody("/auth/login");
    const { user, address } = renderApp("/threats?q=x");
    await user.type(await screen.findByLabelText("Username"), "ada");
    expect(address()).toBe("/login?next=%2Fthreats%3Fq%3Dx");
    await user.type(screen.getByLabelText("Password"), GOOD);
    await user.click(screen.getByRole("button", { name: "Log in" }));
    await waitFor(() => expect(address()).toBe("/threats?q=x"));
    expect(bodies).toEqual([{ username: "ada", password: GOOD, tenant: "default" }]);
  });

  it("leads to another tenant, and remembers it for the next time", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post(at("/auth/login"), async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ ...ADA, tenant: "acme" });
      }),
    );
    const { user, address, unmount } = renderApp("/login");
    await user.type(await screen.findByLabelText("Username"), "zoe");
    await user.type(screen.getByLabelText("Password"), GOOD);
    expect(screen.queryByLabelText("Tenant")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Log in to another tenant" }));
    await user.clear(screen.getByLabelText("Tenant"));
    await user.type(screen.getByLabelText("Tenant"), " acme ");
    await user.click(screen.getByRole("button", { name: "Log in" }));
    await waitFor(() => expect(address()).toBe("/alerts"));
    expect(bodies).toEqual([{ username: "zoe", password: GOOD, tenant: "acme" }]);
    expect(getPreferences().tenant).toBe("acme");
    unmount();
    renderApp("/login");
    expect(await screen.findByLabelText("Tenant")).toHaveValue("acme");
  });

  it("takes the tenant of a link", async () => {
    renderApp("/login?tenant=umbrella");
    expect(await screen.findByLabelText("Tenant")).toHaveValue("umbrella");
    expect(screen.queryByRole("button", { name: "Log in to another tenant" })).toBeNull();
  });

  it("says that it failed, and how long to wait", async () => {
    const detail = { title: "Too many attempts", detail: "Slow down.", code: "throttled", retry_after: 30 };
    server.use(http.post(at("/auth/login"), () => HttpResponse.json(detail, { status: 429 })));
    const { user } = renderApp("/login?ended=1");
    expect(await screen.findByText(/Your session has ended/)).toBeInTheDocument();
    await user.type(screen.getByLabelText("Username"), "ada");
    await user.type(screen.getByLabelText("Password"), "x");
    await user.click(screen.getByRole("button", { name: "Log in" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(
      /Slow down.*Try again in 30 seconds.*throttled/,
    );
  });

  it("lets one look at what one typed", async () => {
    const { user } = renderApp("/login");
    const password = await screen.findByLabelText("Password");
    expect(password).toHaveAttribute("type", "password");
    await user.click(screen.getByRole("button", { name: "Show: Password" }));
    expect(password).toHaveAttribute("type", "text");
  });

  it("says when the server cannot be reached at all", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {}); // the router reports what its error page shows
    vi.spyOn(console, "warn").mockImplementation(() => {});
    server.use(http.get(at("/api/v2/me"), () => HttpResponse.error()));
    const { user } = renderApp("/alerts");
    expect(await screen.findByRole("alert")).toHaveTextContent("unreachable");
    server.resetHandlers();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("table", { name: "Alerts" })).toBeInTheDocument();
  });
});

describe("the set-up", () => {
  it("creates the first administrator with the token of the link", async () => {
    server.use(
      fails("/api/v2/me", 401, LOGGED_OUT),
      get("/auth/state", { setup_needed: true, demo: false, version: "0.1.0" }),
    );
    const bodies = recordBody("/auth/setup", 201);
    window.location.hash = "#token=tok-1";
    const { user, address } = renderApp("/alerts");
    await user.type(await screen.findByLabelText("Username"), "ada");
    expect(window.location.hash).toBe("");
    expect(screen.queryByLabelText("Set-up token")).toBeNull();
    await user.type(screen.getByLabelText("Password"), "too short");
    await user.type(screen.getByLabelText("Password again"), "too short");
    await user.click(screen.getByRole("button", { name: "Create administrator" }));
    expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(/6 more to go/);
    await user.clear(screen.getByLabelText("Password"));
    await user.type(screen.getByLabelText("Password"), GOOD);
    expect(screen.getByText("Long enough")).toBeInTheDocument();
    expect(screen.getByLabelText("Password again")).toHaveAccessibleDescription(
      "The two passwords are not the same.",
    );
    await user.clear(screen.getByLabelText("Password again"));
    await user.type(screen.getByLabelText("Password again"), GOOD);
    await user.click(screen.getByRole("button", { name: "Create administrator" }));
    await waitFor(() => expect(address()).toBe("/alerts"));
    expect(bodies).toEqual([{ token: "tok-1", username: "ada", password: GOOD }]);
  });

  it("takes the token by hand, and says when it is wrong", async () => {
    server.use(
      get("/auth/state", { setup_needed: true, demo: false, version: "0.1.0" }),
      fails("/auth/setup", 403),
    );
    const { user } = renderApp("/setup");
    await user.type(await screen.findByLabelText("Set-up token"), "wrong");
    await user.type(screen.getByLabelText("Username"), "ada");
    await user.type(screen.getByLabelText("Password"), GOOD);
    await user.type(screen.getByLabelText("Password again"), GOOD);
    await user.click(screen.getByRole("button", { name: "Create administrator" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("storage-unavailable");
  });

  it("takes the token of a link that is pasted into its tab", async () => {
    server.use(get("/auth/state", { setup_needed: true, demo: false, version: "0.1.0" }));
    renderApp("/setup");
    await screen.findByLabelText("Set-up token");
    window.location.hash = "#token=tok-2";
    await waitFor(() => expect(screen.queryByLabelText("Set-up token")).toBeNull());
    expect(window.location.hash).toBe("");
    const heard = new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
    window.location.hash = "#elsewhere";
    await act(() => heard);
    expect(screen.queryByLabelText("Set-up token")).toBeNull();
  });

  it("is closed once it was done", async () => {
    renderApp("/setup");
    expect(await screen.findByRole("link", { name: "Go to the log-in" })).toBeInTheDocument();
  });
});

const openChange = async () => {
  const opened = renderApp("/alerts");
  await opened.user.click(await screen.findByRole("button", { name: "Account: ada" }));
  await opened.user.click(await screen.findByRole("menuitem", { name: "Change password" }));
  const dialog = await screen.findByRole("dialog", { name: "Change password" });
  const put = async (label: string, value: string) => {
    await opened.user.clear(within(dialog).getByLabelText(label));
    await opened.user.click(within(dialog).getByLabelText(label));
    await opened.user.paste(value);
  };
  const fill = async (old: string, password: string, repeated = password) => {
    await put("Present password", old);
    await put("New password", password);
    await put("New password again", repeated);
    await opened.user.click(within(dialog).getByRole("button", { name: "Change password" }));
  };
  return { ...opened, dialog, fill };
};

const refuse = (status: number, code: string) =>
  server.use(
    http.post(at("/auth/password"), () =>
      HttpResponse.json({ title: "No", detail: `It is ${code}.`, code }, { status }),
    ),
  );

describe("the own password", () => {
  it("is changed with the present one, and says so", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post(at("/auth/password"), async ({ request }) => {
        bodies.push(await request.json());
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { dialog, fill } = await openChange();
    expect(within(dialog).getByText(/You stay logged in here/)).toBeInTheDocument();
    await fill(GOOD, "too short");
    expect(within(dialog).getByLabelText("New password")).toHaveAccessibleDescription(/6 more to go/);
    await fill(GOOD, `${GOOD} two`, GOOD);
    expect(within(dialog).getByLabelText("New password again")).toHaveAccessibleDescription(
      "The two passwords are not the same.",
    );
    expect(bodies).toEqual([]);
    await fill(GOOD, `${GOOD} two`);
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Change password" })).toBeNull());
    expect(bodies).toEqual([{ old_password: GOOD, password: `${GOOD} two` }]);
    expect((await screen.findAllByText("Your password is changed")).length).toBeGreaterThan(0);
  });

  it("stays, and it is said where the fault is", async () => {
    const { dialog, fill, address, user } = await openChange();
    refuse(403, "wrong-password");
    await fill("another one", `${GOOD} two`);
    await waitFor(() =>
      expect(within(dialog).getByLabelText("Present password")).toHaveAccessibleDescription(
        "It is wrong-password.",
      ),
    );
    refuse(400, "weak-password");
    await fill(GOOD, `${GOOD} two`);
    await waitFor(() =>
      expect(within(dialog).getByLabelText("New password")).toHaveAccessibleDescription(
        /It is weak-password/,
      ),
    );
    refuse(429, "throttled");
    await fill(GOOD, `${GOOD} two`);
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("It is throttled.");
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Change password" })).toBeNull());
    expect(address()).toBe("/alerts");
  });
});

describe("passwords", () => {
  it("are counted as people count", () => {
    expect(passwordLength("👩‍👩‍👧‍👦é")).toBe(2);
    expect(passwordFault("fourteen chars", "x").password).toMatch(/^1 more/);
    expect(passwordFault(GOOD, GOOD)).toEqual({});
  });
});
