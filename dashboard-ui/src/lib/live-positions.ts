/** How far each subscription has come: kept in the session's storage, so that a reload resumes where the page was. */
import { asRecord, parseJson } from "./json";

export type PositionStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const KEY = "netsentinel.live";

export class Positions {
  #epoch = "";
  #seqs = new Map<string, number>();
  readonly #storage: PositionStorage;

  constructor(storage: PositionStorage) {
    this.#storage = storage;
    this.#load();
  }

  /** What `hello` sends as `resume`, or null when there is nothing to resume. */
  get resume(): { epoch: string; positions: Record<string, number> } | null {
    if (this.#epoch === "" || this.#seqs.size === 0) return null;
    return { epoch: this.#epoch, positions: Object.fromEntries(this.#seqs) };
  }

  /** The server's epoch; another one than before means that the journal was rebuilt and every position is void. */
  enter(epoch: string): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#seqs.clear();
    this.#save();
  }

  get(sub: string): number | undefined {
    return this.#seqs.get(sub);
  }

  /** Moves forward only, and is written down before this returns. */
  advance(subs: Iterable<string>, seq: number): void {
    let moved = false;
    for (const sub of subs) {
      if (seq > (this.#seqs.get(sub) ?? -1)) {
        this.#seqs.set(sub, seq);
        moved = true;
      }
    }
    if (moved) this.#save();
  }

  /** Takes the position as it is, even backward: a journal that was restored has fewer entries than we have seen. */
  reset(sub: string, seq: number): void {
    this.#seqs.set(sub, seq);
    this.#save();
  }

  forget(sub: string): void {
    if (this.#seqs.delete(sub)) this.#save();
  }

  clear(): void {
    this.#epoch = "";
    this.#seqs.clear();
    this.#storage.removeItem(KEY);
  }

  #save(): void {
    try {
      this.#storage.setItem(
        KEY,
        JSON.stringify({ epoch: this.#epoch, positions: Object.fromEntries(this.#seqs) }),
      );
    } catch {
      // Storage is full or blocked: positions then last as long as the page does, and a reload starts from a snapshot.
    }
  }

  #load(): void {
    try {
      const stored = asRecord(parseJson(this.#storage.getItem(KEY) ?? ""));
      if (typeof stored["epoch"] !== "string") return;
      this.#epoch = stored["epoch"];
      for (const [sub, seq] of Object.entries(asRecord(stored["positions"]))) {
        if (typeof seq === "number") this.#seqs.set(sub, seq);
      }
    } catch {
      // Storage is blocked: start from now.
    }
  }
}
