import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { onLoggedOut } from "@/lib/api";
import { ProblemError } from "@/lib/problem";
import { at, PROBLEM } from "@/testing/fixtures";
import { server } from "@/testing/server";
import { discard, forget, isKept, keptUrl, sendFile } from "./tus";

const PATH = "/api/v2/media/uploads";
const problem = (status: number, code: string) =>
  HttpResponse.json({ ...PROBLEM, status, code, title: code, detail: "" }, { status });

/** A server of tus that keeps bytes, and answers `faults` first: what each call of a method is refused with. */
function tus(faults: Record<string, (number | "break")[]> = {}) {
  const kept = new Map<string, Uint8Array>();
  const lengths = new Map<string, number>();
  const calls: string[] = [];
  const names: string[] = [];
  const fault = (method: string) => {
    const next = faults[method]?.shift();
    if (next === undefined || next === 0) return null;
    return next === "break" ? HttpResponse.error() : problem(next, `fault-${next}`);
  };
  const standing = (id: string) => {
    const have = kept.get(id)?.length ?? 0;
    const isWhole = have === lengths.get(id);
    return {
      "Upload-Offset": String(have),
      ...(isWhole && { "X-NetSentinel-Medium": "med_1", "X-NetSentinel-Change": "added" }),
    };
  };
  server.use(
    http.post(at(PATH), ({ request }) => {
      calls.push("POST");
      const refused = fault("POST");
      if (refused !== null) return refused;
      expect(request.headers.get("Tus-Resumable")).toBe("1.0.0");
      expect(request.headers.get("X-NetSentinel-Request")).toBe("1");
      names.push(request.headers.get("Upload-Metadata") ?? "");
      const id = `upl_${kept.size + 1}`;
      kept.set(id, new Uint8Array());
      lengths.set(id, Number(request.headers.get("Upload-Length")));
      const headers = { Location: `${PATH}/${id}`, ...standing(id) };
      return new HttpResponse(null, { status: 201, headers });
    }),
    http.head(at(`${PATH}/:id`), ({ params }) => {
      calls.push("HEAD");
      const id = String(params["id"]);
      const refused = fault("HEAD");
      if (refused !== null) return refused;
      if (!kept.has(id)) return new HttpResponse(null, { status: 404 });
      return new HttpResponse(null, { headers: standing(id) });
    }),
    http.patch(at(`${PATH}/:id`), async ({ params, request }) => {
      const id = String(params["id"]);
      const offset = Number(request.headers.get("Upload-Offset"));
      calls.push(`PATCH ${offset}`);
      const refused = fault("PATCH");
      if (refused !== null) return refused;
      const have = kept.get(id);
      if (have === undefined) return problem(404, "not-found");
      if (have.length !== offset) return problem(409, "upload-offset");
      const bytes = new Uint8Array(await request.arrayBuffer());
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      expect(request.headers.get("Upload-Checksum")).toBe(`sha256 ${btoa(String.fromCodePoint(...sum))}`);
      kept.set(id, Uint8Array.from([...have, ...bytes]));
      return new HttpResponse(null, { status: 204, headers: standing(id) });
    }),
    http.delete(at(`${PATH}/:id`), ({ params }) => {
      calls.push("DELETE");
      return kept.delete(String(params["id"]))
        ? new HttpResponse(null, { status: 204 })
        : problem(404, "gone");
    }),
  );
  return { kept, lengths, calls, names };
}

const BYTES = Uint8Array.from({ length: 1_000 }, (_, index) => index % 251);
/** A file that is read in small pieces, so that a test needs no megabytes: each slice has 400 bytes. */
function small(name = "nötes.md"): File {
  const file = new File([BYTES], name, { lastModified: 7 });
  file.slice = (from = 0) => {
    const part = BYTES.slice(from, from + 400);
    return Object.assign(new Blob([part]), { arrayBuffer: () => Promise.resolve(part.buffer) });
  };
  return file;
}

let seen: number[] = [];
const send = (file: File, signal = new AbortController().signal) =>
  sendFile(file, { signal, onProgress: (bytes) => seen.push(bytes), waitMs: 1 });

beforeEach(() => {
  seen = [];
});

describe("an upload", () => {
  it("is sent in pieces with their checksums, and forgotten when it is whole", async () => {
    const { kept, calls, names } = tus();
    const file = small();
    expect(await send(file)).toEqual({ medium: "med_1", change: "added" });
    expect(kept.get("upl_1")).toEqual(BYTES);
    expect(calls).toEqual(["POST", "PATCH 0", "PATCH 400", "PATCH 800"]);
    expect(names).toEqual([`filename ${btoa("n\u00c3\u00b6tes.md")}`]);
    expect(seen).toEqual([0, 400, 800, 1_000]);
    expect(keptUrl(file)).toBeNull();
  });

  it("goes on where it stopped, also for the same file chosen after a reload", async () => {
    const { kept, calls } = tus();
    const stop = new AbortController();
    const first = sendFile(small(), {
      signal: stop.signal,
      onProgress: (bytes) => bytes === 400 && stop.abort(),
    });
    await expect(first).rejects.toThrow("abort");
    expect(keptUrl(small())).toBe(`${PATH}/upl_1`);
    expect(isKept(`${PATH}/upl_1`)).toBe(true);
    calls.length = 0;
    await send(small());
    expect(calls).toEqual(["HEAD", "PATCH 400", "PATCH 800"]);
    expect(kept.get("upl_1")).toEqual(BYTES);
  });

  it("asks where it goes on after a conflict, and sends nothing twice", async () => {
    const { kept, calls } = tus({ PATCH: [0, 409] });
    await send(small());
    expect(calls).toEqual(["POST", "PATCH 0", "PATCH 400", "HEAD", "PATCH 400", "PATCH 800"]);
    expect(kept.get("upl_1")).toEqual(BYTES);
  });

  it.each([404, 410])("begins anew when the server has forgotten it (%i)", async (status) => {
    const { kept, calls } = tus({ HEAD: [status] });
    localStorage.setItem("netsentinel.upload nötes.md 1000 7", `${PATH}/upl_old`);
    await send(small());
    expect(calls.slice(0, 3)).toEqual(["HEAD", "POST", "PATCH 0"]);
    expect(kept.get("upl_1")).toEqual(BYTES);
  });

  it("tries again when the line breaks, the server is busy, or bytes were damaged", async () => {
    const { kept, calls } = tus({ PATCH: ["break", 503, 0, 460] });
    await send(small());
    expect(calls.filter((call) => call === "PATCH 0")).toHaveLength(3);
    expect(calls.filter((call) => call === "PATCH 400")).toHaveLength(2);
    expect(kept.get("upl_1")).toEqual(BYTES);
  });

  it("gives up after some tries without a step forward, and keeps its place", async () => {
    const { calls } = tus({ PATCH: Array.from({ length: 20 }, () => 503) });
    await expect(send(small())).rejects.toBeInstanceOf(ProblemError);
    expect(calls.filter((call) => call.startsWith("PATCH"))).toHaveLength(5);
    expect(keptUrl(small())).toBe(`${PATH}/upl_1`);
  });

  it("ends at once with the server's reason when it is refused", async () => {
    const { calls } = tus({ POST: [413] });
    await expect(send(small())).rejects.toThrow("fault-413");
    expect(calls).toEqual(["POST"]);
  });

  it("tells everyone when nobody is logged in any more", async () => {
    tus({ POST: [401] });
    let times = 0;
    const leave = onLoggedOut(() => {
      times += 1;
    });
    await expect(send(small())).rejects.toThrow("fault-401");
    leave();
    expect(times).toBe(1);
  });

  it("knows that it was whole although the last answer was lost", async () => {
    const { kept, lengths, calls } = tus();
    kept.set("upl_9", BYTES);
    lengths.set("upl_9", BYTES.length);
    localStorage.setItem("netsentinel.upload nötes.md 1000 7", `${PATH}/upl_9`);
    expect(await send(small())).toMatchObject({ medium: "med_1" });
    expect(calls).toEqual(["HEAD"]);
  });
});

describe("what is kept of uploads", () => {
  it("is only an address of this server's uploads", () => {
    const file = small();
    localStorage.setItem("netsentinel.upload nötes.md 1000 7", "https://example.org/uploads/1");
    expect(keptUrl(file)).toBeNull();
    forget(file);
    expect(localStorage.getItem("netsentinel.upload nötes.md 1000 7")).toBeNull();
  });

  it("goes when it is discarded, whether or not the server still has it", async () => {
    const { kept, calls } = tus();
    kept.set("upl_1", BYTES);
    localStorage.setItem("netsentinel.upload a 1 1", `${PATH}/upl_1`);
    await discard(`${PATH}/upl_1`);
    await discard(`${PATH}/upl_1`);
    expect(calls).toEqual(["DELETE", "DELETE"]);
    expect(isKept(`${PATH}/upl_1`)).toBe(false);
  });
});
