/** How far each subscription's program has come, and the writing down of it. */
import type { PositionStore } from "./positions.js";

export class Delivered {
  readonly #store: PositionStore;
  readonly #seqs = new Map<string, number>();
  #epoch = "";
  #saving: Promise<void> | null = null;

  constructor(store: PositionStore) {
    this.#store = store;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Take over what the store remembers. */
  async load(): Promise<void> {
    const kept = await this.#store.load();
    if (kept === null) return;
    this.#epoch = kept.epoch;
    for (const [name, seq] of Object.entries(kept.positions)) this.#seqs.set(name, seq);
  }

  get(name: string): number | undefined {
    return this.#seqs.get(name);
  }

  /** Write a position down; another epoch than before makes all others meaningless. */
  async put(name: string, seq: number, epoch: string): Promise<void> {
    if (epoch !== this.#epoch) this.#seqs.clear();
    this.#epoch = epoch;
    this.#seqs.set(name, seq);
    await this.#write();
  }

  /** Remember nothing of a subscription any more. */
  async forget(name: string): Promise<void> {
    if (this.#seqs.delete(name)) await this.#write();
  }

  async #write(): Promise<void> {
    // A slow store is asked for one thing at a time, or an older state could overwrite a newer one.
    const saved = this.#saving === null ? this.#save() : this.#saving.then(this.#save, this.#save);
    if (!(saved instanceof Promise)) return;
    const saving = saved.finally(() => {
      if (this.#saving === saving) this.#saving = null;
    });
    this.#saving = saving;
    await saving;
  }

  readonly #save = (): void | Promise<void> =>
    this.#store.save({ epoch: this.#epoch, positions: Object.fromEntries(this.#seqs) });
}
