import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import { FakeSocket } from "@/testing/fake-socket";
import { ADA, makeAlert, makeDetail } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";

async function open() {
  const app = renderApp("/alerts/alr_1");
  await screen.findByRole("heading", { level: 1, name: "Password guessing over SSH" });
  return app;
}

function section(name: string): HTMLElement {
  return screen.getByRole("region", { name });
}

/** Collects the bodies of the changes that the page sends. */
function recordChanges(): unknown[] {
  const changes: unknown[] = [];
  let alert = makeAlert();
  server.use(
    http.get(at("/api/v2/alerts/:id"), () => HttpResponse.json(makeDetail({ alert }))),
    http.patch(at("/api/v2/alerts/:id"), async ({ request }) => {
      const change = asRecord(await request.json());
      changes.push(change);
      alert = { ...alert, ...change, version: changes.length + 1 };
      return HttpResponse.json(alert);
    }),
  );
  return changes;
}

describe("an alert explains itself", () => {
  it("says why it fired: description, fields, values, conditions", async () => {
    await open();
    const why = section("Why did this fire");
    expect(why).toHaveTextContent("Somebody tries one password after another.");
    const [, row] = within(why).getAllByRole("row");
    expect(row).toHaveTextContent("ssh.auth_attempts");
    expect(row).toHaveTextContent(">= 10 in 60 s");
    expect(document.title).toBe("Password guessing over SSH · NetSentinel");
  });

  it("shows the event as it came, as text only, with the matched field pointed out", async () => {
    const { container } = await open();
    const event = section("The event, as it came");
    expect(event).toHaveTextContent('"client": "<img src=x onerror=alert(1)>"');
    expect(container.querySelector("img")).toBeNull();
    expect(event.querySelector(".hit")).toHaveTextContent('"auth_attempts": 12,');
  });

  it("makes links of references that are addresses of the web, and of nothing else", async () => {
    const references = [
      "http://example.org/a",
      "javascript:alert(1)",
      "http://",
      "See https://example.org/b",
    ];
    const detail = makeDetail();
    server.use(get("/api/v2/alerts/alr_1", makeDetail({ rule: { ...detail.rule, references } })));
    await open();
    const rule = section("The rule");
    expect(rule).toHaveTextContent("javascript:alert(1)");
    expect(
      within(rule)
        .getAllByRole("link", { name: /:/ })
        .map((one) => one.textContent),
    ).toEqual(["http://example.org/a"]);
  });

  it("says a value once that several conditions found, with all its fields", async () => {
    const detail = makeDetail();
    const [sample] = detail.samples;
    if (sample === undefined) throw new Error("no sample");
    const value = "rundll32 comsvcs.dll MiniDump";
    const matched = [
      { field: "CommandLine", value, condition: "contains 'comsvcs'" },
      { field: "Image", value: "rundll32.exe", condition: "ends with 'rundll32.exe'" },
      { field: "CommandLine", value, condition: "contains 'MiniDump'" },
    ];
    server.use(get("/api/v2/alerts/alr_1", makeDetail({ samples: [{ ...sample, matched }] })));
    await open();
    const [, first, second, ...rest] = within(section("Why did this fire")).getAllByRole("row");
    expect(rest).toEqual([]);
    expect(within(first ?? document.body).getByText(value)).toBeInTheDocument();
    expect(within(first ?? document.body).getAllByText("CommandLine")).toHaveLength(1);
    expect(first).toHaveTextContent("contains 'comsvcs'contains 'MiniDump'");
    expect(second).toHaveTextContent("rundll32.exe");
  });

  it("names whom it is about, and the machine, in its head", async () => {
    const alert = makeAlert({ entity: "wardog", entity_kind: "user", device: "WORKSTATION5" });
    server.use(get("/api/v2/alerts/alr_1", makeDetail({ alert })));
    const { container } = await open();
    const head = container.querySelector("h1")?.parentElement;
    expect(head).toHaveTextContent("wardogon WORKSTATION5");
  });

  it.each([
    ["pc04", "PC04.example.org", false],
    ["PC04", "PC04", false],
    ["pc04", "DC01.example.org", true],
    ["pc0", "PC04", true],
  ])("names beside the host %s the machine %s only if it is another", async (entity, device, isOther) => {
    const alert = makeAlert({ entity, entity_kind: "host", device });
    server.use(get("/api/v2/alerts/alr_1", makeDetail({ alert })));
    const { container } = await open();
    const head = container.querySelector("h1")?.parentElement?.textContent ?? "";
    expect(head).toContain(entity);
    expect(head.includes(`on ${device}`)).toBe(isOther);
  });

  it("steps through the kept events", async () => {
    const { user } = await open();
    expect(section("Why did this fire")).toHaveTextContent("Event 1 of 2 kept (12 findings in all)");
    await user.click(screen.getByRole("button", { name: "Next event" }));
    expect(section("Why did this fire")).toHaveTextContent("Event 2 of 2 kept");
    expect(screen.getByRole("button", { name: "Next event" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Previous event" }));
    expect(section("Why did this fire")).toHaveTextContent("Event 1 of 2 kept");
  });

  it("shows the rule, its false positives and references, and copies it", async () => {
    const { user } = await open();
    const rule = section("The rule");
    expect(rule).toHaveTextContent("Forgotten passwords");
    expect(rule).toHaveTextContent("https://example.org/ssh");
    const reference = within(rule).getByRole("link", { name: "https://example.org/ssh" });
    expect(reference).toHaveAttribute("rel", "noopener noreferrer");
    await user.click(within(rule).getByRole("button", { name: "Copy the rule" }));
    expect(await navigator.clipboard.readText()).toContain("title: SSH guessing rule");
    expect(await within(rule).findByText("Copied")).toBeInTheDocument();
  });

  it("does without rule text, samples and an entity", async () => {
    const { rule } = makeDetail();
    server.use(
      get(
        "/api/v2/alerts/:id",
        makeDetail({
          alert: makeAlert({ entity: "", src_ip: "", dst_ip: "" }),
          rule: { ...rule, source: "", references: [], false_positives: [] },
          samples: [],
          related: [],
        }),
      ),
    );
    await open();
    expect(screen.getByText("No sample of the events was kept.")).toBeInTheDocument();
    expect(section("The rule")).toHaveTextContent("This detector is built in");
    expect(screen.queryByRole("region", { name: /^This / })).toBeNull();
  });

  it("shows the address's threat score, and related alerts with the reasons", async () => {
    await open();
    expect(await within(section("This address")).findByText("83")).toBeInTheDocument();
    const related = section("Related alerts");
    expect(
      await within(related).findByRole("link", { name: "Medium: Port scan of one host" }),
    ).toHaveAttribute("href", "/alerts/alr_2");
    expect(related).toHaveTextContent("same entity · also T1110.001 · began at the same moment");
  });

  it("follows live changes", async () => {
    await open();
    await waitFor(() => expect(FakeSocket.last.ofType("subscribe")).toHaveLength(3));
    act(() =>
      FakeSocket.last.event("alerts", 1, "alert:updated", makeAlert({ version: 3, status: "closed" })),
    );
    expect(await screen.findByRole("button", { name: "Reopen" })).toBeInTheDocument();
  });
});

describe("without the alert", () => {
  it("says that it does not exist", async () => {
    server.use(fails("/api/v2/alerts/:id", 404));
    renderApp("/alerts/alr_9");
    expect(await screen.findByRole("heading", { name: "This alert does not exist" })).toBeInTheDocument();
  });

  it("says what failed, and tries again", async () => {
    server.use(fails("/api/v2/alerts/:id"));
    const { user } = renderApp("/alerts/alr_1");
    expect(await screen.findByRole("alert")).toHaveTextContent("storage-unavailable");
    server.resetHandlers();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "Why did this fire" })).toBeInTheDocument();
  });
});

describe("triage", () => {
  it("closes at once, and takes it back on request", async () => {
    const changes = recordChanges();
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.getByRole("button", { name: "Reopen" })).toBeInTheDocument();
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("button", { name: "Acknowledge" })).toBeInTheDocument();
    expect(changes).toEqual([{ status: "closed" }, { status: "open" }]);
  });

  it("takes a verdict", async () => {
    const changes = recordChanges();
    const { user } = await open();
    await user.click(screen.getByRole("radio", { name: "False positive" }));
    expect(await screen.findByText(/Marked as false positive/)).toBeInTheDocument();
    expect(changes).toEqual([{ verdict: "false_positive" }]);
  });

  it("works by single keys", async () => {
    const changes = recordChanges();
    const { user } = await open();
    await user.keyboard("a");
    await waitFor(() => expect(changes).toEqual([{ status: "acknowledged" }]));
    await user.keyboard("c");
    await waitFor(() => expect(changes).toHaveLength(2));
  });

  it("goes back and says why, when the server refuses", async () => {
    const { user } = await open();
    server.use(fails("/api/v2/alerts/:id", 409, { title: "Conflict", detail: "Somebody was faster." }));
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect((await screen.findAllByText(/Somebody was faster.*trace-123/)).length).toBeGreaterThan(0);
    expect(screen.getByRole("button", { name: "Close" })).toBeInTheDocument();
  });

  it("is not offered to those who may only read", async () => {
    server.use(get("/api/v2/me", { ...ADA, role: "viewer", permissions: ["alerts:read"] }));
    await open();
    expect(screen.getByText(/Your role \(viewer\) can read alerts/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Close" })).toBeNull();
  });
});
