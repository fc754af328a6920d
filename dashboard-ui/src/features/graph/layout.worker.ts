/** Moves concepts to their places by ForceAtlas2 (Jacomy et al. 2014), in steps that the page can show. */
import { UndirectedGraph } from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";
import type { LayoutTask } from "./layout";

/** Pictures on the way, and how few of a graph that takes long to draw. */
const PICTURES = 16;
const FEW_PICTURES = 4;
const LARGE = 2_000;

self.addEventListener("message", ({ data }: MessageEvent<LayoutTask>) => {
  const { count, sources, targets, positions, rounds } = data;
  const graph = new UndirectedGraph();
  for (let at = 0; at < count; at += 1)
    graph.addNode(String(at), { x: positions[2 * at], y: positions[2 * at + 1] });
  for (const [at, source] of sources.entries()) {
    const [one, other] = [String(source), String(targets[at])];
    if (one !== other && !graph.hasEdge(one, other)) graph.addEdge(one, other);
  }
  const settings = {
    ...forceAtlas2.inferSettings(graph),
    barnesHutOptimize: count > 500,
    barnesHutTheta: 1,
    scalingRatio: 12,
    gravity: 0.6,
    slowDown: 4,
  };
  const step = Math.ceil(rounds / (count > LARGE ? FEW_PICTURES : PICTURES));
  for (let done = 0; done < rounds; done += step) {
    forceAtlas2.assign(graph, { iterations: step, settings });
    const moved = new Float32Array(2 * count);
    graph.forEachNode((node, { x, y }) => {
      moved[2 * Number(node)] = Number(x);
      moved[2 * Number(node) + 1] = Number(y);
    });
    postMessage({ positions: moved, last: done + step >= rounds }, { transfer: [moved.buffer] });
  }
});
