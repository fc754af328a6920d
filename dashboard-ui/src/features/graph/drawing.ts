/** The drawing of a graph on WebGL, by sigma. It is loaded only with the page that shows it. */
import { MultiDirectedGraph } from "graphology";
import { Sigma } from "sigma";
import type { GraphMap } from "@/lib/model";
import { ALL_KINDS, KINDS, type Kind } from "./kinds";
import { labelStart } from "./label-place";
import type { Positions } from "./layout";

export interface Drawing {
  readonly move: (positions: Positions) => void;
  readonly show: (focus: string | undefined, hidden: ReadonlySet<Kind>) => void;
  readonly recolour: () => void;
  readonly zoom: (by: "in" | "out" | "all") => void;
  readonly kill: () => void;
}

const FADED = 0.12;
/** Concepts that are drawn in full size. */
const ROOM_FOR = 1_500;
/** Of more edges than this, those of the focus are drawn only: all of them at once are one grey spot, and take seconds. */
const MANY_EDGES = 20_000;

interface Look {
  readonly colours: ReadonlyMap<Kind, string>;
  readonly line: string;
  readonly strong: string;
  readonly text: string;
  readonly ground: string;
  readonly faded: string;
}

/** The colours of the theme, as WebGL takes them. */
function look(): Look {
  const probe = document.createElement("canvas").getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const span = document.createElement("span");
  // Where motion is reduced, every property passes over in no time, but not at once: a second colour would read as the first.
  span.style.setProperty("transition", "none", "important");
  document.body.append(span);
  const colour = (token: string): string => {
    span.style.color = `var(${token})`;
    const found = getComputedStyle(span).color || style.color;
    if (probe === null) return found;
    probe.fillStyle = found;
    return probe.fillStyle;
  };
  const colours = new Map(ALL_KINDS.map((kind) => [kind, colour(KINDS[kind][1])]));
  const made = {
    colours,
    line: colour("--line"),
    strong: colour("--accent"),
    text: colour("--text"),
    ground: colour("--surface"),
    faded: colour("--line"),
  };
  span.remove();
  return made;
}

export function draw(
  box: HTMLElement,
  map: GraphMap,
  positions: Positions,
  onPick: (id: string | undefined) => void,
): Drawing {
  const graph = new MultiDirectedGraph();
  // Ten thousand dots as large as those of a small graph would be one spot.
  const scale = Math.min(1, Math.sqrt(ROOM_FOR / Math.max(1, map.ids.length)));
  const degrees = new Uint32Array(map.ids.length);
  for (const side of [map.sources, map.targets]) for (const at of side) degrees[at] = (degrees[at] ?? 0) + 1;
  for (const [at, id] of map.ids.entries()) {
    graph.addNode(id, {
      x: positions[2 * at],
      y: positions[2 * at + 1],
      size: scale * Math.min(14, 2 + Math.sqrt(degrees[at] ?? 0)),
      label: map.names[at],
    });
  }
  const quiet = map.sources.length > MANY_EDGES;
  /** Draws edges, if wanted of one concept only. */
  const connect = (only?: number): void => {
    for (const [at, source] of map.sources.entries()) {
      const target = map.targets[at] ?? 0;
      if (only !== undefined && source !== only && target !== only) continue;
      const [one, other] = [map.ids[source], map.ids[target]];
      if (one !== undefined && other !== undefined) graph.addEdge(one, other, { size: 0.5 });
    }
  };
  if (!quiet) connect();

  const kinds = new Map(map.ids.map((id, at) => [id, map.kinds[at] ?? "concept"]));
  let focus: string | undefined;
  let near = new Set<string>();
  let hidden: ReadonlySet<Kind> = new Set();
  let theme = look();

  const sigma = new Sigma(graph, box, {
    labelRenderedSizeThreshold: 8 * scale,
    labelDensity: 0.6,
    labelFont: getComputedStyle(document.body).fontFamily,
    labelSize: 12,
    hideLabelsOnMove: quiet,
    allowInvalidContainer: true,
    zIndex: true,
    minCameraRatio: 0.02,
    maxCameraRatio: 3,
    nodeReducer: (node, data) => {
      const kind = kinds.get(node) ?? "concept";
      const away = focus !== undefined && node !== focus && !near.has(node);
      return {
        ...data,
        hidden: hidden.has(kind),
        color: away ? theme.faded : (theme.colours.get(kind) ?? theme.line),
        label: away ? "" : data["label"],
        forceLabel: node === focus || (near.has(node) && near.size <= 40),
        zIndex: node === focus ? 2 : near.has(node) ? 1 : 0,
        highlighted: node === focus,
      };
    },
    edgeReducer: (edge, data) => {
      if (focus === undefined) return { ...data, color: theme.line };
      const ends = graph.extremities(edge);
      const its = ends.includes(focus);
      return {
        ...data,
        color: its ? theme.strong : theme.line,
        size: its ? 1.5 : FADED,
        hidden: !its,
        zIndex: 1,
      };
    },
    defaultDrawNodeLabel: (context, data, settings) => {
      if (!data.label) return;
      context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
      context.fillStyle = theme.text;
      const start = labelStart(data.x, data.size + 3, context.measureText(data.label).width, box.clientWidth);
      context.fillText(data.label, start, data.y + settings.labelSize / 3);
    },
    defaultDrawNodeHover: (context, data, settings) => {
      const size = settings.labelSize;
      context.font = `600 ${size}px ${settings.labelFont}`;
      const width = data.label ? context.measureText(data.label).width : 0;
      const start = labelStart(data.x, data.size + 6, width, box.clientWidth);
      if (data.label) {
        context.fillStyle = theme.ground; // over the label that may stand there already
        context.fillRect(start - 4, data.y - size / 2 - 3, width + 8, size + 6);
      }
      context.fillStyle = theme.text;
      context.beginPath();
      context.arc(data.x, data.y, data.size + 3, 0, 2 * Math.PI);
      context.strokeStyle = theme.text;
      context.lineWidth = 2;
      context.stroke();
      if (data.label) context.fillText(data.label, start, data.y + 4);
    },
  });
  /** Whether the focus stays in the middle while the layout moves it; until somebody moves the picture. */
  let follows = false;
  const centre = (): void => {
    const place = follows && focus !== undefined ? sigma.getNodeDisplayData(focus) : undefined;
    if (place !== undefined) sigma.getCamera().setState({ x: place.x, y: place.y });
  };
  sigma.on("afterProcess", centre);
  for (const moved of ["downStage", "downNode", "wheelStage", "wheelNode"] as const)
    sigma.on(moved, () => {
      follows = false;
    });
  sigma.on("clickNode", ({ node }) => onPick(node));
  sigma.on("clickStage", () => onPick(undefined));
  sigma.on("enterNode", () => {
    box.style.cursor = "pointer";
  });
  sigma.on("leaveNode", () => {
    box.style.cursor = "";
  });

  return {
    move: (moved) => {
      let at = 0;
      const place = <T>(_: string, before: T): T => {
        const after = { ...before, x: moved[2 * at], y: moved[2 * at + 1] };
        at += 1; // in the order in which they were added, which is the map's
        return after;
      };
      graph.updateEachNodeAttributes(place, { attributes: ["x", "y"] });
    },
    show: (wanted, away) => {
      const changed = wanted !== focus;
      focus = wanted !== undefined && graph.hasNode(wanted) ? wanted : undefined;
      if (quiet && changed) {
        graph.clearEdges();
        if (focus !== undefined) connect(map.ids.indexOf(focus));
      }
      near = new Set(focus === undefined ? [] : graph.neighbors(focus));
      hidden = away;
      sigma.refresh({ skipIndexation: true });
      const place = focus === undefined ? undefined : sigma.getNodeDisplayData(focus);
      if (!changed) return;
      follows = place !== undefined;
      if (place !== undefined) {
        const there = { x: place.x, y: place.y, ratio: 0.25 };
        void sigma
          .getCamera()
          .animate(there, { duration: calm() ? 0 : 300 })
          .then(centre);
      }
    },
    recolour: () => {
      theme = look();
      sigma.refresh({ skipIndexation: true });
    },
    zoom: (by) => {
      if (by === "all") follows = false;
      const camera = sigma.getCamera();
      const duration = calm() ? 0 : 200;
      if (by === "in") void camera.animatedZoom({ duration });
      else if (by === "out") void camera.animatedUnzoom({ duration });
      else void camera.animatedReset({ duration });
    },
    kill: () => sigma.kill(),
  };
}

const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
