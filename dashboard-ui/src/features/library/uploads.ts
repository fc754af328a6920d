/** The files on their way to the server: they go on while other pages are looked at. */
import { onLoggedOut } from "@/lib/api";
import { asProblem } from "@/lib/problem";
import { type Arrived, discard, keptUrl, sendFile } from "./tus";

export type UploadState = "waiting" | "sending" | "paused" | "failed" | "refused" | "done";

export interface Upload {
  readonly id: number;
  readonly file: File;
  readonly state: UploadState;
  /** Bytes that the server has. */
  readonly sent: number;
  /** Why it failed, or is not sent at all. */
  readonly why: string;
  readonly arrived: Arrived | null;
}

/** How many are sent at the same time; the others wait. */
const AT_ONCE = 2;

export class Uploads {
  #all: readonly Upload[] = [];
  #last = 0;
  readonly #running = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly all = (): readonly Upload[] => this.#all;

  /** Takes files; `refusal` says in words why one cannot be taken, or nothing. A file that is under way is not taken twice. */
  add(files: Iterable<File>, refusal: (file: File) => string): void {
    for (const file of files) {
      const known = this.#all.find((one) => isSame(one.file, file));
      if (known !== undefined && ["waiting", "sending"].includes(known.state)) continue;
      if (known !== undefined) this.#drop(known.id);
      this.#last += 1;
      const why = refusal(file);
      const state = why === "" ? "waiting" : "refused";
      this.#all = [...this.#all, { id: this.#last, file, state, sent: 0, why, arrived: null }];
    }
    this.#next();
  }

  pause(id: number): void {
    this.#set(id, { state: "paused" });
    this.#running.get(id)?.abort();
  }

  resume(id: number): void {
    this.#set(id, { state: "waiting", why: "" });
    this.#next();
  }

  /** Takes one off the list; what the server has of it is deleted there. */
  async remove(id: number): Promise<void> {
    const one = this.#all.find((each) => each.id === id);
    this.#drop(id);
    this.#next();
    if (one === undefined || ["done", "refused"].includes(one.state)) return;
    const url = keptUrl(one.file);
    if (url !== null) await discard(url);
  }

  /** Takes those off the list of which nothing is to be done any more. */
  tidy(): void {
    this.#all = this.#all.filter(({ state }) => state !== "done" && state !== "refused");
    this.#tell();
  }

  /** Stops and forgets everything, on this side only. */
  clear(): void {
    for (const controller of this.#running.values()) controller.abort();
    this.#all = [];
    this.#tell();
  }

  #next(): void {
    for (const one of this.#all) {
      if (this.#running.size >= AT_ONCE) break;
      if (one.state === "waiting" && !this.#running.has(one.id)) void this.#send(one);
    }
    this.#tell();
  }

  async #send({ id, file }: Upload): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(id, controller);
    this.#set(id, { state: "sending" });
    try {
      const arrived = await sendFile(file, { signal, onProgress: (sent) => this.#set(id, { sent }) });
      this.#set(id, { state: "done", sent: file.size, arrived });
    } catch (error) {
      const { title, detail } = asProblem(error);
      if (!signal.aborted)
        this.#set(id, { state: "failed", why: detail === "" ? title : `${title}. ${detail}` });
    }
    this.#running.delete(id);
    this.#next();
  }

  #drop(id: number): void {
    this.#running.get(id)?.abort();
    this.#all = this.#all.filter((one) => one.id !== id);
  }

  #set(id: number, change: Partial<Upload>): void {
    this.#all = this.#all.map((one) => (one.id === id ? { ...one, ...change } : one));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const isSame = (one: File, other: File): boolean =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

/** Those of this page. */
export const uploads = new Uploads();
onLoggedOut(() => uploads.clear());
