/** What needs Node: positions in a file. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type PositionStore, type Positions, readPositions } from "./positions.js";

/**
 * Remembers in a file, so that a restarted program goes on where it was. The file is replaced in one step. It is not
 * forced to the disk: after a power cut the program may see the last events again, and never misses one, because an older
 * position is always a safe one.
 */
export class FilePositions implements PositionStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What the file holds; null when there is none. Throws when it holds something else. */
  load(): Positions | null {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
    const positions = readPositions(text);
    if (positions === null)
      throw new Error(`${this.#path} holds no positions. Name another file, or delete it to begin anew.`);
    return positions;
  }

  /** Replaces the file. Throws when it cannot be written. */
  save(positions: Positions): void {
    const aside = join(dirname(this.#path), `.${basename(this.#path)}.${process.pid}`);
    try {
      writeFileSync(aside, JSON.stringify(positions));
      renameSync(aside, this.#path);
    } catch (error) {
      rmSync(aside, { force: true });
      throw error;
    }
  }
}
