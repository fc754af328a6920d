/** A made-up library, and the server's answers about it. */
import { HttpResponse, http } from "msw";
import type { Library, Medium, MediumShown, Passage } from "@/lib/model";
import { ADA, at, NOW, PROBLEM } from "./fixtures";
import { renderApp } from "./render-app";
import { get, server } from "./server";

export const MIB = 1024 * 1024;
export const LIBRARY: Library = {
  media: 1,
  most_media: 10_000,
  bytes: 2_000,
  most_bytes: 10 * MIB,
  largest: 5 * MIB,
  uploads_at_once: 32,
  transcriber: "",
  formats: [
    { suffix: ".md", kind: "text", media_type: "text/markdown", most_bytes: 2 * MIB },
    { suffix: ".pdf", kind: "document", media_type: "application/pdf", most_bytes: 5 * MIB },
  ],
};

export function makeMedium(change: Partial<Medium> = {}): Medium {
  return {
    id: "med_1",
    name: "notes.md",
    title: "Web sessions",
    kind: "text",
    media_type: "text/markdown",
    size: 2_000,
    sha256: "ab".repeat(32),
    state: "ready",
    detail: "",
    stages: [
      { stage: "sniff", began_at: NOW, ended_at: NOW + 2_000, detail: "" },
      { stage: "text", began_at: NOW, ended_at: NOW + 1_500_000, detail: "12 passages" },
    ],
    facts: { pages: 3, slides: 0, width: 0, height: 0, duration_ms: 0, codec: "" },
    task_id: "tsk_1",
    words: 420,
    chunks: 2,
    concepts: 2,
    prerequisites: 1,
    origin: "medium:med_1",
    created_by: "usr_1",
    created_at: NOW,
    updated_at: NOW,
    version: 1,
    ...change,
  };
}

export const makePassage = (change: Partial<Passage>): Passage => ({
  number: 0,
  kind: "text",
  text: "A nonce is used once.",
  term: "",
  section: [],
  page: 0,
  slide: 0,
  line: 0,
  at_ms: -1,
  position: "",
  ...change,
});

export const makeShown = (medium: Medium, change: Partial<MediumShown> = {}): MediumShown => ({
  beside: [],
  text_from: "",
  ...medium,
  ...change,
});

/** The library with these media; those who may write are asked for more. */
export function openLibrary(
  path = "/library",
  media: (Medium | MediumShown)[] = [makeMedium()],
  mayWrite = true,
) {
  const shown = { media };
  const granted = mayWrite ? (["media:read", "media:write"] as const) : (["media:read"] as const);
  server.use(
    get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, ...granted] }),
    get("/api/v2/media/library", LIBRARY),
    get("/api/v2/media/uploads", { items: [] }),
    http.get(at("/api/v2/media"), () => HttpResponse.json({ items: shown.media, next: null })),
    get("/api/v2/media/:id/text", {
      title: "Web sessions",
      total: 3,
      passages: [
        makePassage({ kind: "heading", text: "Nonces", line: 1 }),
        makePassage({ number: 1, page: 3, text: "<img src=x onerror=alert(1)>" }),
        makePassage({ number: 2, kind: "code", text: "GET /", at_ms: 62_000 }),
      ],
    }),
    get("/api/v2/media/:id/concepts", {
      total: 2,
      only_here: 1,
      items: [
        { id: "cpt_1", name: "Nonce", kind: "concept", text: "", position: "page 3", is_only_here: true },
        { id: "cpt_2", name: "Session", kind: "concept", text: "", position: "", is_only_here: false },
      ],
    }),
    http.get(at("/api/v2/media/:id"), ({ params }) => {
      const found = shown.media.find(({ id }) => id === params["id"]);
      return found === undefined
        ? HttpResponse.json({ ...PROBLEM, status: 404 }, { status: 404 })
        : HttpResponse.json(makeShown(found));
    }),
  );
  return { ...renderApp(path), shown };
}
