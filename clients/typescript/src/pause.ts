/** A wait that can be cut short. */
export class Pause {
  #end: () => void = () => undefined;

  /** Resolves after so many milliseconds, when `end` is called, or when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
      this.#end = end;
    });
  }

  end(): void {
    this.#end();
  }
}
