/** A wait that can be cut short. */
export class Pause {
  #end: () => void = () => undefined;

  /**
   * Resolves after so many milliseconds, when `end` is called, or when the signal is aborted; to whether it was `end` that
   * cut it short.
   */
  wait(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const finish = (isCutShort: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        resolve(isCutShort);
      };
      const abort = (): void => finish(false);
      const timer = setTimeout(abort, ms);
      signal.addEventListener("abort", abort);
      this.#end = () => finish(true);
    });
  }

  end(): void {
    this.#end();
  }
}
