/** What a driver does for `clients/conformance/check.py`, in Node and in a browser alike. */
import { Client, ProblemError, RefusedError, TaskFailedError } from "../dist/index.js";

/** A store of positions that knows what it stored last. */
class Recording {
  stored = -1;
  #store;

  constructor(store) {
    this.#store = store;
  }

  load() {
    return this.#store.load();
  }

  async save(kept) {
    await this.#store.save(kept);
    this.stored = kept.positions.alerts;
  }
}

async function ask(client, name, { action, payload }, say) {
  try {
    say({ result: name, value: await client.request(action, payload, { onProgress: () => undefined }) });
  } catch (error) {
    if (error instanceof RefusedError) return; // the loop over the events says so
    if (error instanceof ProblemError) say({ failed: name, code: error.code });
    else if (error instanceof TaskFailedError) say({ failed: name, code: error.status });
    else throw error;
  }
}

/** Subscribes and asks until the event `test:end`, and says what happened. */
export async function drive({ url, requests, positions, say, ...options }) {
  const recording = new Recording(positions);
  const client = new Client(url, {
    key: "key",
    positions: recording,
    pollEveryMs: 50,
    probeEveryMs: 1_000,
    ...options,
  });
  const onGap = ({ from, to, reason }) => say({ gap: [from, to, reason] });
  const subscription = client.subscribe("alerts", { from: 0, onGap });
  const asking = Object.entries(requests).map(([name, request]) => ask(client, name, request, say));
  try {
    for await (const event of subscription) {
      say({ event: event.seq, stored: recording.stored });
      if (event.name === "test:end") break;
    }
    await Promise.all(asking);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    say({ refused: error.code });
  } finally {
    client.close();
  }
}
