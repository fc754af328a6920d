import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { at } from "@/testing/fixtures";
import { LIBRARY, MIB, makeMedium, makePassage, makeShown, openLibrary } from "@/testing/library-fixtures";
import { fails, get, server } from "@/testing/server";
import { contents, placeOf, refusal } from "./library-words";

describe("a medium", () => {
  it("shows its text with positions, its steps, and its concepts in the graph", async () => {
    openLibrary("/library/med_1");
    expect(await screen.findByRole("heading", { name: "Web sessions" })).toBeVisible();
    const text = await screen.findByRole("list", { name: "Passages" });
    expect(within(text).getByText("page 3")).toBeVisible();
    expect(within(text).getByText("01:02")).toBeVisible();
    expect(within(text).getByText("<img src=x onerror=alert(1)>")).toBeVisible();
    expect(screen.getByRole("list", { name: "Steps" })).toHaveTextContent("2 ms");
    expect(screen.getByRole("list", { name: "Steps" })).toHaveTextContent("1.5 s");
    const link = await screen.findByRole("link", { name: "Nonce" });
    expect(link).toHaveAttribute("href", "/graph?concept=cpt_1");
    expect(screen.getByText("page 3 · only here")).toBeVisible();
    const bytes = screen.getByRole("link", { name: "Download" });
    expect(bytes).toHaveAttribute("href", "/api/v2/media/med_1/original");
  });

  it("is deleted after it was said what goes with it", async () => {
    const { user, address } = openLibrary("/library/med_1");
    let deleted = 0;
    server.use(
      http.delete(at("/api/v2/media/med_1"), () => {
        deleted += 1;
        return HttpResponse.json(makeMedium());
      }),
    );
    await user.click(await screen.findByRole("button", { name: "Delete…" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete notes.md?" });
    expect(
      await within(dialog).findByText("1 concept that nothing else states leaves the graph"),
    ).toBeVisible();
    expect(within(dialog).getByText("1 concept that others state too stays")).toBeVisible();
    expect(within(dialog).getByText("its word for 1 prerequisite goes")).toBeVisible();
    expect(deleted).toBe(0);
    await user.click(within(dialog).getByRole("button", { name: "Delete it" }));
    await waitFor(() => expect(address()).toBe("/library"));
    expect(deleted).toBe(1);
  });

  it("is read again, and says when that is not possible", async () => {
    const { user } = openLibrary("/library/med_1", [
      makeMedium({ state: "failed", detail: "It has no text." }),
    ]);
    server.use(fails("/api/v2/media/med_1/read", 503));
    expect(await screen.findByText("It has no text.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Read again" }));
    expect(await screen.findByText("It is not read again")).toBeVisible();
  });

  it("hands no bytes of what is quarantined out, and nothing to those who only read", async () => {
    openLibrary(
      "/library/med_1",
      [makeMedium({ state: "quarantined", detail: "The virus scanner found EICAR." })],
      false,
    );
    expect(await screen.findByText("The virus scanner found EICAR.")).toBeVisible();
    expect(screen.queryByRole("link", { name: "Download" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Delete…" })).toBeNull();
  });

  it("plays a recording, and goes to where a passage is said", async () => {
    const played = vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
    const film = makeMedium({
      name: "week 1/talk.mp4",
      kind: "video",
      facts: {
        ...makeMedium().facts,
        pages: 0,
        duration_ms: 61_500,
        width: 1_280,
        height: 720,
        codec: "avc1",
      },
    });
    const beside = [{ id: "med_2", name: "week 1/talk.vtt", kind: "captions", state: "ready" } as const];
    const { user } = openLibrary("/library/med_1", [makeShown(film, { beside, text_from: "med_2" })]);
    const player = await screen.findByLabelText<HTMLVideoElement>("Web sessions");
    expect(player).toHaveAttribute("src", "/api/v2/media/med_1/original");
    expect(player.querySelector("track")).toHaveAttribute("src", "/api/v2/media/med_2/original");
    expect(screen.getByText("1,280 × 720 pixels")).toBeVisible();
    expect(screen.getByRole("link", { name: "week 1/talk.vtt" })).toHaveAttribute("href", "/library/med_2");
    await user.click(await screen.findByRole("button", { name: "01:02" }));
    expect(player.currentTime).toBe(62);
    expect(played).toHaveBeenCalledOnce();
    expect(screen.queryByRole("button", { name: "page 3" })).toBeNull();
  });

  it("says how a recording comes by its text", async () => {
    openLibrary("/library/med_1", [makeMedium({ name: "a.b/talk.mp3", kind: "audio" })]);
    server.use(get("/api/v2/media/:id/text", { title: "", total: 0, passages: [] }));
    expect(await screen.findByText(/Upload them as a.b\/talk.vtt or .srt/)).toBeVisible();
  });

  it("is heard where something understands speech, and says why it is not", async () => {
    const { user } = openLibrary("/library/med_1", [makeMedium({ name: "talk.mp3", kind: "audio" })]);
    server.use(
      get("/api/v2/media/library", { ...LIBRARY, transcriber: "whisper" }),
      fails("/api/v2/media/med_1/transcribe", 409),
    );
    await user.click(await screen.findByRole("button", { name: "Transcribe" }));
    expect(await screen.findByText("It is not heard")).toBeVisible();
  });

  it("may be gone", async () => {
    openLibrary("/library/med_none");
    expect(await screen.findByRole("heading", { name: "This medium does not exist" })).toBeVisible();
  });
});

describe("words", () => {
  it("say where a passage stands", () => {
    const places = [{ page: 2 }, { slide: 1_200 }, { line: 7 }, { at_ms: 3_725_000 }, {}];
    expect(places.map((change) => placeOf(makePassage(change)))).toEqual([
      "page 2",
      "slide 1,200",
      "line 7",
      "1:02:05",
      "",
    ]);
  });

  it("say what a medium holds and why a file is not taken", () => {
    expect(contents(makeMedium({ facts: { ...makeMedium().facts, pages: 0, slides: 9 } }))).toBe(
      "9 slides · 420 words · 2 concepts",
    );
    expect(refusal({ name: "a.md", size: 0 }, LIBRARY)).toBe("It is empty.");
    expect(refusal({ name: "a.md", size: 3 * MIB }, LIBRARY)).toBe(
      "It is too large: 3.0 MiB, and at most 2.0 MiB of .md are taken.",
    );
    expect(refusal({ name: "A.PDF", size: 3 * MIB }, LIBRARY)).toBe("");
    expect(refusal({ name: "a.exe", size: 1 }, undefined)).toBe("");
  });
});
