/* oxlint-disable no-await-in-loop -- pieces of one upload follow each other */
/** Uploads by tus 1.0.0 (https://tus.io/protocols/resumable-upload): in pieces, and on from where they stopped. */
import { announceLoggedOut } from "@/lib/api";
import { ProblemError, problemFrom } from "@/lib/problem";

const UPLOADS = "/api/v2/media/uploads";
const KEPT = "netsentinel.upload ";
const MIB = 1024 * 1024;
/** Bytes of one request: little enough that a pause or a broken connection costs little. */
const PIECE = 2 * MIB;
/** How often in a row one and the same piece is tried. */
const TRIES = 5;
const STEADY_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const HEADERS = { "Tus-Resumable": "1.0.0", "X-NetSentinel-Request": "1" };

/** What an upload became. */
export interface Arrived {
  readonly medium: string;
  readonly change: string;
}

export interface Sending {
  /** Ends it; what the server has by then is kept there. */
  readonly signal: AbortSignal;
  /** So many bytes are on the server's disk. */
  readonly onProgress: (bytes: number) => void;
  /** Milliseconds before the second try of a piece; twice as long before each further one. */
  readonly waitMs?: number;
}

interface Standing {
  readonly offset: number;
  readonly arrived: Arrived | null;
}

type FileLike = Pick<File, "name" | "size" | "lastModified">;

const keyOf = ({ name, size, lastModified }: FileLike): string => `${KEPT}${name} ${size} ${lastModified}`;

/** Where the upload of a file goes on, if one was begun in this browser. */
export function keptUrl(file: FileLike): string | null {
  const url = localStorage.getItem(keyOf(file));
  return url?.startsWith(`${UPLOADS}/`) ? url : null;
}

/** Whether an upload was begun in this browser, and goes on when its file is chosen again. */
export const isKept = (url: string): boolean => keysOf(url).length > 0;

const keysOf = (url: string): string[] =>
  Object.keys(localStorage).filter((key) => key.startsWith(KEPT) && localStorage.getItem(key) === url);

/** Forgets an upload that is not gone on with: by its file, or by its address. */
export function forget(what: FileLike | string): void {
  for (const key of typeof what === "string" ? keysOf(what) : [keyOf(what)]) localStorage.removeItem(key);
}

/**
 * Sends a file, on from where an earlier try stopped.
 *
 * Throws `ProblemError` with the server's reason, `TypeError` when the server cannot be reached, and the signal's reason
 * when it is ended.
 */
export async function sendFile(
  file: File,
  { signal, onProgress, waitMs = STEADY_MS }: Sending,
): Promise<Arrived> {
  let tries = 0;
  let url = keptUrl(file);
  let at: Standing | null = null;
  for (;;) {
    try {
      if (url === null) ({ url, at } = await begin(file, signal));
      at ??= standing(await call(url, { method: "HEAD", signal }));
      onProgress(at.offset);
      if (at.arrived !== null) {
        forget(file);
        return at.arrived;
      }
      at = await append(url, file, at.offset, signal);
      tries = 0;
    } catch (error) {
      signal.throwIfAborted();
      tries += 1;
      if (tries >= TRIES) throw error;
      if (isGone(error) && url !== null) {
        forget(file);
        url = null;
      } else if (isPassing(error)) {
        await pause(waitMs * 2 ** (tries - 1), error, signal);
      } else if (!isElsewhere(error)) {
        if (isRefused(error)) forget(file);
        throw error;
      }
      at = null; // the server knows best where it goes on
    }
  }
}

/** Has the server forget an upload. */
export async function discard(url: string): Promise<void> {
  forget(url);
  try {
    await call(url, { method: "DELETE" });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

async function begin(file: File, signal: AbortSignal): Promise<{ url: string; at: Standing }> {
  const answer = await call(
    UPLOADS,
    { method: "POST", signal },
    { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${base64(encoded(file.name))}` },
  );
  const url = new URL(answer.headers.get("Location") ?? "", location.origin).pathname;
  localStorage.setItem(keyOf(file), url);
  return { url, at: standing(answer) };
}

async function append(url: string, file: File, offset: number, signal: AbortSignal): Promise<Standing> {
  const bytes = new Uint8Array(await file.slice(offset, offset + PIECE).arrayBuffer());
  const headers: Record<string, string> = {
    "Content-Type": "application/offset+octet-stream",
    "Upload-Offset": String(offset),
  };
  // Only where the page came over HTTPS or from this very computer.
  const digest = await (crypto.subtle as SubtleCrypto | undefined)?.digest("SHA-256", bytes);
  if (digest !== undefined) headers["Upload-Checksum"] = `sha256 ${base64(new Uint8Array(digest))}`;
  return standing(await call(url, { method: "PATCH", signal, body: bytes }, headers));
}

async function call(url: string, init: RequestInit, more: Record<string, string> = {}): Promise<Response> {
  const headers = { ...HEADERS, ...more };
  const answer = await fetch(url, { ...init, headers, credentials: "same-origin" });
  if (answer.ok) return answer;
  if (answer.status === 401) announceLoggedOut();
  throw new ProblemError(problemFrom(await answer.json().catch(() => null), answer));
}

function standing(answer: Response): Standing {
  const medium = answer.headers.get("X-NetSentinel-Medium");
  return {
    offset: Number(answer.headers.get("Upload-Offset")),
    arrived: medium === null ? null : { medium, change: answer.headers.get("X-NetSentinel-Change") ?? "" },
  };
}

const statusOf = (error: unknown): number => (error instanceof ProblemError ? error.problem.status : 0);
/** It is over: it expired, or somebody deleted it. */
const isGone = (error: unknown): boolean => [404, 410].includes(statusOf(error));
/** The server has more or less than was thought, or the bytes were damaged on their way. */
const isElsewhere = (error: unknown): boolean => [409, 460].includes(statusOf(error));
/** The server does not take such a file: its name, its bytes or its size. */
const isRefused = (error: unknown): boolean => [400, 413, 415].includes(statusOf(error));
/** It may work a little later. */
const isPassing = (error: unknown): boolean =>
  error instanceof TypeError || [408, 429, 500, 502, 503, 504].includes(statusOf(error));

async function pause(ms: number, error: unknown, signal: AbortSignal): Promise<void> {
  const asked = error instanceof ProblemError ? error.problem.retryAfter * 1_000 : 0;
  const pausing = Math.min(LONGEST_WAIT_MS, Math.max(ms, asked));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, pausing);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
  });
  signal.throwIfAborted();
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64 = (bytes: Uint8Array): string => btoa(String.fromCodePoint(...bytes));
