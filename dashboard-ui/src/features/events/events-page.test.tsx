import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { eventRoutes, makeEvent } from "@/testing/event-fixtures";
import { renderApp } from "@/testing/render-app";
import { at, server } from "@/testing/server";

const LIST = "/api/v2/events";

function row(number: number): HTMLElement {
  const table = screen.getByRole("table", { name: "Events, newest first" });
  const found = within(table).getAllByRole("row")[number];
  if (found === undefined) throw new Error("no such row");
  return found;
}

async function open(path = "/events", events = [makeEvent()]) {
  const asked = eventRoutes(events);
  server.use(...asked.routes);
  const app = renderApp(path);
  await screen.findByRole("table", { name: "Events, newest first" });
  return { ...app, ...asked };
}

describe("searching events", () => {
  it("shows time, class, who with whom, and what", async () => {
    await open();
    const cells = within(row(1)).getAllByRole("cell");
    expect(cells.slice(1).map((cell) => cell.textContent)).toEqual([
      "DNS activity",
      "10.0.0.5:50123to192.0.2.53:53",
      "dns · example.org",
      "zeek-core",
    ]);
    expect(await screen.findByText("That is all: 1 event.")).toBeInTheDocument();
  });

  it("asks for text with Enter, for a regular expression with its switch", async () => {
    const { user, address, last } = await open();
    await user.type(screen.getByRole("searchbox"), "evil.example{Enter}");
    await waitFor(() => expect(last(LIST).get("q")).toBe("evil.example"));
    await user.click(screen.getByRole("button", { name: "Regular expression" }));
    await user.click(screen.getByRole("button", { name: "Search" }));
    await waitFor(() => expect(last(LIST).get("regex")).toBe("evil.example"));
    expect(address()).toBe("/events?q=evil.example&regex=1");
    expect(last(LIST).get("q")).toBeNull();
  });

  it("filters by a value that was clicked, and turns the filter around", async () => {
    const { user, address, last } = await open();
    await user.click(await screen.findByRole("button", { name: "zeek-core" }));
    await user.click(await screen.findByRole("menuitem", { name: "Exclude events with it" }));
    await waitFor(() => expect(last(LIST).getAll("where")).toEqual(["source!=zeek-core"]));
    const chips = screen.getByRole("list", { name: "Filters in force" });
    await user.click(within(chips).getByRole("button", { name: /^Source.*is not.*zeek-core/ }));
    await waitFor(() => expect(last(LIST).getAll("where")).toEqual(["source=zeek-core"]));
    await user.click(within(chips).getByRole("button", { name: "Remove filter: Source is zeek-core" }));
    await waitFor(() => expect(address()).toBe("/events"));
  });

  it("shows a field's most frequent values, each a filter, and makes it a column", async () => {
    const { user, address, last } = await open();
    await user.click(screen.getByRole("button", { name: "Source address" }));
    expect(await screen.findByText("and 5 more values")).toBeInTheDocument();
    expect(last("/api/v2/events/facets").get("column")).toBe("src_ip");
    await user.click(screen.getByRole("button", { name: "Without Source address 10.0.0.9" }));
    await waitFor(() => expect(address()).toContain("where=src_ip%21%3D10.0.0.9"));
    await user.click(screen.getByRole("checkbox", { name: "Destination port as a column of the table" }));
    expect(await screen.findByRole("columnheader", { name: "Destination port" })).toBeInTheDocument();
    expect(address()).toContain("cols=class_uid%2Cendpoints%2Csummary%2Csource%2Cdst_port");
  });

  it("opens an event: its fields are filters, its record is text", async () => {
    const { user, address } = await open("/events", [
      makeEvent({ entity: "pc04" }),
      makeEvent({ id: "evt_1_1", class_uid: 4001 }),
    ]);
    await user.click(within(row(1)).getByRole("link"));
    const panel = await screen.findByRole("dialog", { name: "DNS activity" });
    expect(address()).toBe("/events?event=evt_1_0");
    expect(within(panel).getByRole("link", { name: "Events around it" })).toHaveAttribute(
      "href",
      expect.stringContaining("where=src_ip%3D10.0.0.5"),
    );
    expect(within(panel).getByRole("link", { name: "Alerts about pc04" })).toHaveAttribute(
      "href",
      "/alerts?entity=pc04&status=all",
    );
    const own = within(panel).getByRole("table", { name: "The record's own fields" });
    expect(within(own).getByRole("row", { name: /^query/ })).toHaveTextContent(
      "<img src=x onerror=alert(1)>",
    );
    await user.click(within(panel).getByRole("radio", { name: "Record as it came" }));
    expect(within(panel).getByText('"<img src=x onerror=alert(1)>"')).toBeInTheDocument();
    await user.click(within(panel).getByRole("button", { name: "Older event" }));
    const next = await screen.findByRole("dialog", { name: "Network activity" });
    await user.click(within(next).getByRole("radio", { name: "Fields" }));
    await user.click(within(next).getByRole("button", { name: "Only this Domain" }));
    await waitFor(() => expect(address()).toBe("/events?where=domain%3Dexample.org"));
  });

  it("lists a Windows record's own fields, and gives no room to addresses that no event has", async () => {
    const native = {
      EventID: 10,
      SourceImage: "C:\\a.exe",
      TargetImage: "C:\\lsass.exe",
      GrantedAccess: "0x1fffff",
      Computer: "PC04",
      Event: { System: { EventID: 10 } },
      empty: "",
    };
    const logged = { class_uid: 1007, product: "windows", service: "sysmon", category: "process_access" };
    const { user, address } = await open("/events", [
      makeEvent({ ...logged, src_ip: "", dst_ip: "", domain: "", device: "PC04", native }),
    ]);
    expect(screen.queryByRole("columnheader", { name: "Source → destination" })).toBeNull();
    await user.click(within(row(1)).getByRole("link"));
    const own = await screen.findByRole("table", { name: "The record's own fields" });
    expect(within(own).getByRole("row", { name: "GrantedAccess 0x1fffff" })).toBeInTheDocument();
    expect(within(own).getAllByRole("row")).toHaveLength(5);
    await user.click(within(own).getByRole("button", { name: "Only this Computer" }));
    await waitFor(() => expect(address()).toBe("/events?where=device%3DPC04"));
  });

  it("fetches an event that its list does not have, and says when it is gone", async () => {
    const { routes } = eventRoutes([makeEvent({ id: "evt_9_9" })]);
    server.use(
      http.get(at(LIST), () => HttpResponse.json({ items: [makeEvent()], next: null })),
      ...routes.slice(1),
    );
    renderApp("/events?event=evt_9_9");
    expect(await screen.findByRole("dialog", { name: "DNS activity" })).toBeInTheDocument();
  });

  it("says when an event is not stored any more", async () => {
    server.use(...eventRoutes().routes);
    renderApp("/events?event=evt_8_8");
    expect(await screen.findByText("This event is not stored")).toBeInTheDocument();
  });

  it("leads back to the alert whose evidence led here", async () => {
    await open("/events?alert=alr_1");
    const link = await screen.findByRole("link", { name: "Password guessing over SSH" });
    expect(link).toHaveAttribute("href", "/alerts/alr_1");
  });
});
