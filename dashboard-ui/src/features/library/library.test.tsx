import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeSocket } from "@/testing/fake-socket";
import { at, NOW, PROBLEM } from "@/testing/fixtures";
import { MIB, makeMedium, openLibrary } from "@/testing/library-fixtures";
import { server } from "@/testing/server";
import { uploads } from "./uploads";

beforeEach(() => uploads.clear());
afterEach(() => uploads.clear());

describe("the library", () => {
  it("lists media with what they hold, and follows their reading live", async () => {
    const reading = makeMedium({
      id: "med_2",
      name: "lecture.pdf",
      title: "",
      state: "reading",
      stages: [
        { stage: "sniff", began_at: NOW, ended_at: NOW, detail: "" },
        { stage: "text", began_at: NOW, ended_at: null, detail: "" },
      ],
    });
    const { shown } = openLibrary("/library", [makeMedium(), reading]);
    const list = await screen.findByRole("list", { name: "Media" });
    expect(within(list).getByRole("link", { name: "Web sessions" })).toHaveAttribute(
      "href",
      "/library/med_1",
    );
    expect(within(list).getAllByText(/3 pages · 420 words · 2 concepts/)[0]).toBeVisible();
    expect(within(list).getByText("2 of 4: Take out the text")).toBeVisible();
    expect(within(list).getByRole("progressbar")).toHaveAttribute("value", "1");
    await waitFor(() => expect(FakeSocket.last.ofType("subscribe").length).toBeGreaterThan(0));
    shown.media = [makeMedium(), makeMedium({ ...reading, state: "failed", detail: "It has no text." })];
    act(() => FakeSocket.last.event("media", 1, "medium:stage", { id: "med_2" }));
    expect(await within(list).findByText(/It has no text\./)).toBeVisible();
    expect(within(list).getByText("Cannot be read")).toBeVisible();
  });

  it("offers no upload to those who only read", async () => {
    openLibrary("/library", [], false);
    expect(await screen.findByRole("heading", { name: "The library is empty" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Choose files…" })).toBeNull();
  });

  it("sends a chosen file, and says of another why not", async () => {
    const { user } = openLibrary();
    server.use(
      http.post(at("/api/v2/media/uploads"), () =>
        HttpResponse.json(null, {
          status: 201,
          headers: { Location: "/api/v2/media/uploads/upl_1", "Upload-Offset": "0" },
        }),
      ),
      http.patch(
        at("/api/v2/media/uploads/upl_1"),
        () =>
          new HttpResponse(null, {
            status: 204,
            headers: {
              "Upload-Offset": "5",
              "X-NetSentinel-Medium": "med_9",
              "X-NetSentinel-Change": "replaced",
            },
          }),
      ),
    );
    await screen.findByText(/10\.0 MiB kept/);
    const chosen = [new File(["12345"], "new.md"), new File(["x"], "tool.exe")];
    Object.defineProperty(chosen[0], "slice", {
      value: () => ({ arrayBuffer: () => Promise.resolve(new TextEncoder().encode("12345").buffer) }),
    });
    await userEvent
      .setup({ applyAccept: false, delay: null })
      .upload(screen.getByLabelText("Files to upload"), chosen);
    const list = await screen.findByRole("list", { name: "Uploads" });
    expect(await within(list).findByText("Arrived, and replaced the older file of this name")).toBeVisible();
    expect(within(list).getByRole("link", { name: "new.md" })).toHaveAttribute("href", "/library/med_9");
    expect(within(list).getByRole("alert")).toHaveTextContent(
      "This type is not taken. Those that are: .md, .pdf.",
    );
    await user.click(screen.getByRole("button", { name: "Clear finished" }));
    expect(screen.queryByRole("list", { name: "Uploads" })).toBeNull();
  });

  it("pauses, resumes, and says the server's reason", async () => {
    const { user } = openLibrary();
    let asked = 0;
    server.use(
      http.post(at("/api/v2/media/uploads"), async () => {
        asked += 1;
        if (asked === 1) await new Promise(() => {}); // until it is paused
        const title = "The library is full";
        const detail = "It keeps 10,000 media.";
        return HttpResponse.json({ ...PROBLEM, status: 413, title, detail }, { status: 413 });
      }),
    );
    await screen.findByText(/10\.0 MiB kept/);
    await user.upload(screen.getByLabelText("Files to upload"), new File(["12345"], "new.md"));
    await user.click(await screen.findByRole("button", { name: "Pause new.md" }));
    await user.click(await screen.findByRole("button", { name: "Resume new.md" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The library is full. It keeps 10,000 media.");
    await user.click(screen.getByRole("button", { name: "Cancel new.md" }));
    expect(screen.queryByText("new.md")).toBeNull();
  });

  it("shows what stopped on its way, and discards it", async () => {
    const left = {
      id: "upl_7",
      url: "/api/v2/media/uploads/upl_7",
      name: "big.pdf",
      length: 4 * MIB,
      offset: MIB,
      part: "",
      metadata: {},
      mine: true,
      created_at: NOW,
      expires_at: NOW,
    };
    localStorage.setItem("netsentinel.upload big.pdf 1 1", left.url);
    const { user } = openLibrary();
    const items = [left, { ...left, id: "upl_8", name: "not-mine.pdf", mine: false }];
    server.use(
      http.get(at("/api/v2/media/uploads"), () => HttpResponse.json({ items })),
      http.delete(at(left.url), () => {
        items.length = 0;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const list = await screen.findByRole("list", { name: "Stopped on their way" });
    expect(list).toHaveTextContent(
      "1.0 MiB of 4.0 MiB arrived. Choose the same file again, and it goes on there.",
    );
    expect(screen.queryByText("not-mine.pdf")).toBeNull();
    await user.click(within(list).getByRole("button", { name: "Discard big.pdf" }));
    await waitFor(() => expect(screen.queryByText("big.pdf")).toBeNull());
    expect(localStorage.getItem("netsentinel.upload big.pdf 1 1")).toBeNull();
  });
});
