/** Where concepts stand: worked out in a worker, kept in the browser, and steady while the graph grows. */
import type { GraphMap } from "@/lib/model";
// oxlint-disable-next-line import/default -- made by the bundler
import workerUrl from "./layout.worker.ts?worker&url";

/** x and y of each concept, in the order of the map. */
export type Positions = Float32Array;

export interface LayoutTask {
  readonly count: number;
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  readonly positions: Positions;
  /** Rounds of forces. */
  readonly rounds: number;
}

const KEPT = "netsentinel.graph.places";
const MANY_ROUNDS = 160;
const FEW_ROUNDS = 30;
/** Of the concepts; with fewer new ones, the others are only nudged. */
const FEW_NEW = 0.2;

type Places = Readonly<Record<string, readonly number[]>>;

const isPlaces = (found: unknown): found is Places =>
  typeof found === "object" && found !== null && Object.values(found).every(Array.isArray);

function remembered(): Places {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return isPlaces(found) ? found : {};
  } catch {
    return {};
  }
}

export function remember(map: GraphMap, positions: Positions): void {
  const places: Record<string, [number, number]> = {};
  for (const [at, id] of map.ids.entries())
    places[id] = [Math.round(positions[2 * at] ?? 0), Math.round(positions[2 * at + 1] ?? 0)];
  try {
    localStorage.setItem(KEPT, JSON.stringify(places));
  } catch {
    // No room: it is worked out anew the next time.
  }
}

/** Where everything stood the last time, or on a spiral with the best connected in the middle. */
export function begin(map: GraphMap): LayoutTask {
  const before = remembered();
  const positions = new Float32Array(2 * map.ids.length);
  let fresh = 0;
  for (const [at, id] of map.ids.entries()) {
    const known = before[id];
    const angle = at * 2.399_963;
    const radius = 14 * Math.sqrt(at);
    if (known === undefined) fresh += 1;
    positions[2 * at] = known?.[0] ?? radius * Math.cos(angle);
    positions[2 * at + 1] = known?.[1] ?? radius * Math.sin(angle);
  }
  const share = fresh / Math.max(1, map.ids.length);
  return {
    count: map.ids.length,
    sources: map.sources,
    targets: map.targets,
    positions,
    rounds: fresh === 0 ? 0 : share < FEW_NEW ? FEW_ROUNDS : MANY_ROUNDS,
  };
}

declare global {
  interface Window {
    readonly trustedTypes?: {
      createPolicy: (
        name: string,
        rules: { createScriptURL: (url: string) => string },
      ) => { createScriptURL: (url: string) => string };
    };
  }
}

/** The one script that may be started beside the page. */
function trustedUrl(): string {
  const policy = window.trustedTypes?.createPolicy("graph-layout", { createScriptURL: () => workerUrl });
  return policy?.createScriptURL(workerUrl) ?? workerUrl;
}

const script = trustedUrl();
let started: Worker | undefined;

/** Have a worker move everything to its place; `onMoved` is told a few times, `last` with the final positions. */
export function settle(task: LayoutTask, onMoved: (positions: Positions, last: boolean) => void): () => void {
  started?.terminate();
  if (task.rounds === 0) return () => undefined;
  const worker = new Worker(script, { type: "module" });
  started = worker;
  worker.addEventListener("message", ({ data }: MessageEvent<{ positions: Positions; last: boolean }>) => {
    onMoved(data.positions, data.last);
    if (data.last) worker.terminate();
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  worker.postMessage(task);
  return () => worker.terminate();
}
