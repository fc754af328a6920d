/** How far each subscription has come. A position is written down before its event is delivered. */
import { isRecord, parseJson } from "./json.js";

/** The journal's epoch, and the position of each subscription by its name. */
export interface Positions {
  readonly epoch: string;
  readonly positions: Readonly<Record<string, number>>;
}

/**
 * Where a client remembers its positions between runs. An event is delivered when `save` has returned, or when what it
 * returned is settled; an error of `save` goes to whoever reads the subscription.
 */
export interface PositionStore {
  /** What was saved last; null when there is nothing. */
  load(): Positions | null | Promise<Positions | null>;
  save(positions: Positions): void | Promise<void>;
}

/** Remembers as long as the object lives: a reconnect resumes, a restart begins anew. */
export class MemoryPositions implements PositionStore {
  #kept: Positions | null = null;

  load(): Positions | null {
    return this.#kept;
  }

  save(positions: Positions): void {
    this.#kept = positions;
  }
}

/**
 * Remembers in a browser's storage, so that a reloaded page goes on where it was. Two pages that are open at once need two
 * keys, or `sessionStorage`, which each tab has for itself.
 */
export class StoragePositions implements PositionStore {
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  readonly #key: string;

  constructor(
    storage: Pick<Storage, "getItem" | "setItem"> = globalThis.localStorage,
    key = "netsentinel.positions",
  ) {
    this.#storage = storage;
    this.#key = key;
  }

  /** Nothing when there is nothing, or nothing that can be read. */
  load(): Positions | null {
    return readPositions(this.#storage.getItem(this.#key));
  }

  /** Throws what the storage throws, when it is full or blocked. */
  save(positions: Positions): void {
    this.#storage.setItem(this.#key, JSON.stringify(positions));
  }
}

/** Positions as they were written down, or null. */
export function readPositions(text: string | null): Positions | null {
  const kept = parseJson(text);
  if (!isRecord(kept) || typeof kept["epoch"] !== "string" || !isRecord(kept["positions"])) return null;
  const positions: Record<string, number> = {};
  for (const [name, seq] of Object.entries(kept["positions"])) {
    if (!Number.isSafeInteger(seq)) return null;
    positions[name] = Number(seq);
  }
  return { epoch: kept["epoch"], positions };
}
