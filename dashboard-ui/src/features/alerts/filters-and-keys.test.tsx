import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { makeAlert } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, server } from "@/testing/server";

const asked: string[] = [];

beforeEach(() => {
  asked.length = 0;
  server.use(
    http.get(at("/api/v2/alerts"), ({ request }) => {
      const { searchParams } = new URL(request.url);
      if (searchParams.get("limit") === "50") asked.push(searchParams.toString());
      const items = [makeAlert(), makeAlert({ id: "alr_2", title: "Port scan of one host", last_at: 5 })];
      return HttpResponse.json({ items, next: null });
    }),
  );
});

async function open(path = "/alerts") {
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Alerts" });
  return app;
}

describe("filters", () => {
  it("stand in the address and go to the server", async () => {
    const { user, address } = await open();
    await user.click(screen.getByRole("radio", { name: "Closed" }));
    await user.selectOptions(screen.getByRole("combobox", { name: "Lowest level" }), "high");
    await user.selectOptions(await screen.findByRole("combobox", { name: "Source" }), "zeek-core");
    await user.type(screen.getByRole("searchbox", { name: "Entity" }), "10.0.0.5");
    await user.type(screen.getByRole("searchbox", { name: /Search title/ }), "ssh");
    await waitFor(() =>
      expect(address()).toBe("/alerts?status=closed&level=high&source=zeek-core&entity=10.0.0.5&q=ssh"),
    );
    await waitFor(() =>
      expect(asked).toContain("status=closed&min_level=high&q=ssh&entity=10.0.0.5&source=zeek-core&limit=50"),
    );
    await user.click(screen.getByRole("button", { name: "Reset" }));
    await waitFor(() => expect(address()).toBe("/alerts"));
    expect(screen.getByRole("searchbox", { name: "Entity" })).toHaveValue("");
  });

  it("are read from a shared address, and rule and tag can be taken away", async () => {
    const { user, address } = await open("/alerts?status=all&rule=rule-1&tag=attack.t1046");
    expect(asked[0]).toBe("rule_id=rule-1&tag=attack.t1046&limit=50");
    expect(screen.getByRole("radio", { name: "All" })).toBeChecked();
    await user.click(screen.getByRole("button", { name: "Remove filter Rule rule-1" }));
    await user.click(screen.getByRole("button", { name: "Remove filter Tag T1046" }));
    await waitFor(() => expect(address()).toBe("/alerts?status=all"));
  });

  it("unfold on small screens", async () => {
    const { user } = await open("/alerts?level=high");
    const fold = screen.getByRole("button", { name: "Filters (1)", expanded: false });
    await user.click(fold);
    expect(fold).toHaveAttribute("aria-expanded", "true");
  });
});

describe("the keyboard", () => {
  it("moves with j and k, and opens with Enter", async () => {
    const { user, address } = await open();
    await user.keyboard("jj");
    expect(document.activeElement).toHaveTextContent("Port scan of one host");
    await user.keyboard("jk");
    expect(document.activeElement).toHaveTextContent("Password guessing over SSH");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(address()).toBe("/alerts/alr_1"));
  });

  it("searches with the slash, and typing is no shortcut", async () => {
    const { user } = await open();
    await user.keyboard("/");
    const search = screen.getByRole("searchbox", { name: /Search title/ });
    expect(search).toHaveFocus();
    await user.keyboard("jp?");
    expect(search).toHaveValue("jp?");
    expect(screen.getByRole("button", { name: "Pause" })).toBeInTheDocument();
    await user.keyboard("{Escape}");
    expect(search).not.toHaveFocus();
  });

  it("pauses with p, and jumps with g", async () => {
    const { user, address } = await open();
    await user.keyboard("p");
    expect(screen.getByRole("button", { name: "Resume" })).toBeInTheDocument();
    await user.keyboard("gt");
    await waitFor(() => expect(address()).toBe("/threats"));
    await user.keyboard("gs");
    await waitFor(() => expect(address()).toBe("/sources"));
    await user.keyboard("xga");
    await waitFor(() => expect(address()).toBe("/alerts"));
  });

  it("shows its shortcuts, and can be turned off", async () => {
    const { user } = await open();
    await user.keyboard("?");
    const sheet = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    await user.click(within(sheet).getByRole("checkbox", { name: "Single keys work as shortcuts" }));
    await user.click(within(sheet).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await user.keyboard("p");
    expect(screen.getByRole("button", { name: "Pause" })).toBeInTheDocument();
  });
});
