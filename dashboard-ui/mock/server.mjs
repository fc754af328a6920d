// A stand-in for the server, to look at the dashboard without one: `npm run mock`, then `npm run dev` or
// http://127.0.0.1:8740 for what was built. Any username and a password of 4 characters or more gets in.
// `POST /mock {"setup":true,"empty":true,"fail":503,"pace":0,"role":"viewer"}` changes its mood.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import {
  alerts,
  detailOf,
  makeAlert,
  rejected,
  shelf,
  sources,
  sourceTest,
  threats,
  touchThreat,
} from "./data.mjs";
import { answerEvents, answerHunt } from "./events.mjs";
import { answerModels } from "./models.mjs";
import { answerOperations } from "./operations.mjs";
import { answerPeople } from "./people.mjs";
import { answerRules } from "./rules.mjs";
import { answerTasks } from "./tasks.mjs";
import {
  assignees,
  eventsAround,
  lessonsFor,
  previewOf,
  relatedTo,
  summaryOf,
  suppressions,
} from "./triage.mjs";
import { answerUsage } from "./usage.mjs";
import { answerWebhooks } from "./webhooks.mjs";
import { accept } from "./websocket.mjs";

const PORT = Number(process.env.PORT ?? 8740);
const BUILT = fileURLToPath(new URL("../../src/netsentinel/dashboard", import.meta.url));
const EPOCH = "mock-1";
const mood = { setup: false, empty: false, fail: 0, pace: 4_000, role: "admin", demo: true, refuse: false };
const OF_A_MODEL = {
  detector: "models",
  rule_id: "model.flows",
  title: "Traffic that looks like an attack",
  description: "A trained model gave flows of this address a probability above its threshold.",
};
const LEVELS = ["informational", "low", "medium", "high", "critical"];
const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
};
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

const me = (name = "ada") => ({
  id: "usr_1",
  name,
  kind: "user",
  tenant: "default",
  role: mood.role,
  permissions: [
    "alerts:read",
    "threats:read",
    "sources:read",
    "events:read",
    "tasks:read",
    "recovery:read",
    "schedules:read",
    "entries:read",
    "webhooks:read",
    "live:connect",
    "rules:read",
    "models:read",
    ...(mood.role === "viewer"
      ? []
      : [
          "alerts:write",
          "events:hunt",
          "tasks:write",
          "recovery:write",
          "schedules:write",
          "connections:read",
          "connections:write",
          "webhooks:write",
          "events:write",
          "graph:read",
          "graph:write",
          "media:read",
          "media:write",
          "courses:learn",
          "courses:teach",
          "metrics:read",
          "audit:read",
          "users:manage",
          "keys:manage",
          "sources:write",
          "rules:write",
          "models:write",
          "models:promote",
        ]),
  ],
});

function page(items, query) {
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  return {
    items: items.slice(from, from + limit),
    next: from + limit < items.length ? String(from + limit) : null,
  };
}

function filterAlerts(query) {
  if (mood.empty) return [];
  const statuses = (query.get("status") ?? "").split(",").filter(Boolean);
  const least = LEVELS.indexOf(query.get("min_level") ?? "informational");
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/);
  const same = (name, value) => !query.get(name) || query.get(name) === value;
  return alerts
    .filter((alert) => statuses.length === 0 || statuses.includes(alert.status))
    .filter(
      (alert) => LEVELS.indexOf(alert.level) >= least && alert.last_at >= Number(query.get("since") ?? 0),
    )
    .filter(
      (alert) =>
        same("entity", alert.entity) && same("source", alert.source) && same("rule_id", alert.rule_id),
    )
    .filter((alert) =>
      words.every((word) =>
        `${alert.title} ${alert.entity} ${alert.src_ip} ${alert.dst_ip}`.toLowerCase().includes(word),
      ),
    )
    .toSorted((one, other) => other.last_at - one.last_at);
}

function filterThreats(query) {
  return [...(mood.empty ? [] : threats.values())]
    .filter((threat) => threat.score >= Number(query.get("min_score") ?? 0))
    .filter((threat) => !query.get("kind") || threat.entity_kind === query.get("kind"))
    .filter((threat) => threat.entity.includes(query.get("q") ?? ""))
    .toSorted((one, other) => other.score - one.score);
}

function problem(status, title, detail, code) {
  return {
    status,
    problem: { type: "about:blank", title, status, detail, code, trace_id: "4f2a91c07be34d18" },
  };
}
const missing = problem(404, "Not found", "There is no such thing here.", "not-found");

function patchAlert(id, change) {
  const alert = alerts.find((each) => each.id === id);
  if (!alert) return missing;
  if (mood.refuse)
    return problem(
      409,
      "That is not possible in the present state",
      "Somebody else has closed it.",
      "conflict",
    );
  Object.assign(alert, change, { version: alert.version + 1, updated_at: Date.now() * 1_000 });
  publish("alerts", "alert:updated", alert);
  return { status: 200, body: alert };
}

function answer(method, path, query, body, loggedIn) {
  if (path === "/auth/state")
    return { status: 200, body: { setup_needed: mood.setup, demo: mood.demo, version: "0.1.0" } };
  if (path === "/auth/password") return { status: 204 };
  if (path === "/auth/logout") return { status: 204, cookie: "mock=; Max-Age=0" };
  if (path === "/auth/login" || path === "/auth/setup") {
    if (body.password.length < 4)
      return problem(
        401,
        "Please log in",
        "The name, the password or the tenant is wrong.",
        "not-authenticated",
      );
    mood.setup = false;
    return { status: path === "/auth/setup" ? 201 : 200, body: me(body.username), cookie: "mock=1" };
  }
  if (!loggedIn)
    return problem(401, "Please log in", "No valid session came with the request.", "not-authenticated");
  if (path === "/api/v2/me") return { status: 200, body: me() };
  if (mood.fail)
    return problem(
      mood.fail,
      "The database is not available",
      "It is being restarted; trying again in a moment helps.",
      "storage-unavailable",
    );
  if (path === "/api/v2/alerts/summary") return { status: 200, body: summaryOf(mood.empty ? [] : alerts) };
  if (path === "/api/v2/alerts/assignees") return { status: 200, body: { items: assignees } };
  if (path === "/api/v2/suppressions")
    return { status: 200, body: { items: mood.empty ? [] : suppressions, next: null } };
  if (path === "/api/v2/suppressions/preview")
    return { status: 200, body: previewOf(body.conditions, alerts) };
  const [, about, part] = /^\/api\/v2\/alerts\/([^/]+)\/(related|events|lessons)$/.exec(path) ?? [];
  const subject = alerts.find((each) => each.id === about);
  if (part && subject)
    return {
      status: 200,
      body: { events: eventsAround, lessons: lessonsFor, related: relatedTo }[part](subject, alerts),
    };
  if (path === "/api/v2/alerts") return { status: 200, body: page(filterAlerts(query), query) };
  if (path === "/api/v2/threats") return { status: 200, body: page(filterThreats(query), query) };
  if (path === "/api/v2/sources") return { status: 200, body: { items: mood.empty ? [] : sources } };
  if (path === "/api/v2/hunts") return { status: 200, body: answerHunt() };
  if (path.startsWith("/api/v2/events")) {
    const data = answerEvents(path, query, mood.empty, page);
    return data === undefined ? missing : { status: 200, body: data };
  }
  if (path.startsWith("/api/v2/rules")) {
    const data = answerRules(path, query, body, mood.empty, page);
    return data === undefined ? missing : { status: 200, body: data };
  }
  if (path.startsWith("/api/v2/models")) {
    const data = answerModels(path, query, mood.empty, page);
    return data === undefined ? missing : { status: 200, body: data };
  }
  if (path === "/api/v2/usage") return { status: 200, body: answerUsage(query.get("scope"), mood.empty) };
  if (/^\/api\/v2\/(users|api-keys)/.test(path)) {
    const data = answerPeople(path, method, body, mood.empty);
    return data === undefined ? missing : { status: 200, body: data };
  }
  if (path.startsWith("/api/v2/webhooks")) {
    const data = answerWebhooks(path, query, method, body, mood.empty);
    return data === undefined ? missing : { status: 200, body: data };
  }
  if (/^\/api\/v2\/(connections|scheduler|error-recovery\/circuit-breaker)/.test(path)) {
    const data = answerOperations(path, mood.empty);
    return data === undefined ? missing : { status: 200, body: data };
  }
  if (/^\/api\/v2\/(tasks|actions|error-recovery)/.test(path)) {
    const data = answerTasks(path, query, body, mood.empty, page);
    return data === undefined ? missing : { status: 200, body: data };
  }
  if (path === "/api/v2/source-kinds") return { status: 200, body: shelf };
  if (path === "/api/v2/sources/edge/test") return { status: 200, body: sourceTest };
  const [, kind, key] = /^\/api\/v2\/(alerts|threats|sources)\/([^/]+)/.exec(path) ?? [];
  const name = decodeURIComponent(key ?? "");
  if (kind === "alerts" && method === "PATCH") return patchAlert(name, body);
  const found = kind === "alerts" ? alerts.find((each) => each.id === name) : threats.get(name);
  if (kind === "alerts" && found)
    return { status: 200, body: detailOf(found.id === "alr_000331" ? { ...found, ...OF_A_MODEL } : found) };
  if (kind === "threats" && found) {
    return {
      status: 200,
      body: { threat: found, alerts: alerts.filter((each) => each.entity === name).slice(0, 100) },
    };
  }
  return kind === "sources" ? { status: 200, body: { items: rejected } } : missing;
}

function serveFile(path, response) {
  const file = `${BUILT}${normalize(path)}`;
  const found = existsSync(file) && statSync(file).isFile() ? file : `${BUILT}/index.html`;
  response.writeHead(200, {
    ...HEADERS,
    "Content-Type": TYPES[extname(found)] ?? "application/octet-stream",
  });
  createReadStream(found).pipe(response);
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://mock");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
  if (pathname === "/mock") {
    Object.assign(mood, body);
    response.end("{}");
  } else if (/^\/(api|auth)\//.test(pathname)) {
    const {
      status,
      body: data,
      problem: fault,
      cookie,
    } = answer(
      request.method,
      pathname,
      searchParams,
      body,
      (request.headers.cookie ?? "").includes("mock=1"),
    );
    const type = fault ? "application/problem+json" : "application/json";
    response.writeHead(status, {
      ...HEADERS,
      "Content-Type": type,
      ...(cookie && { "Set-Cookie": `${cookie}; Path=/; HttpOnly` }),
    });
    response.end(status === 204 ? undefined : JSON.stringify(fault ?? data));
  } else serveFile(pathname, response);
});

let seq = 100;
const connections = new Set();
const entries = [];

function publish(topic, name, data) {
  seq += 1;
  const entry = { seq, topic, name, data };
  entries.push(entry);
  for (const connection of connections) deliver(connection, entry);
}

function deliver({ socket, subs }, { seq: at, topic, name, data }) {
  for (const [sub, state] of subs) {
    if (state.topic !== topic) continue;
    socket.send({ type: "event", sub, seq: at, prev: state.last, name, data });
    state.last = at;
  }
}

function receive(connection, frame) {
  const { socket, subs } = connection;
  if (frame.type === "hello") {
    const resumed = frame.resume?.epoch === EPOCH ? "full" : "none";
    socket.send({
      type: "welcome",
      connection_id: "con_1",
      epoch: EPOCH,
      heartbeat_ms: 5_000,
      max_frame: 65_536,
      limits: {},
      resumed,
    });
  } else if (frame.type === "subscribe") {
    const from = frame.from === "now" ? seq : frame.from;
    subs.set(frame.sub, { topic: frame.topic, last: from });
    const only = { socket, subs: new Map([[frame.sub, subs.get(frame.sub)]]) };
    for (const entry of entries.filter((each) => each.seq > from)) deliver(only, entry);
  } else if (frame.type === "unsubscribe") subs.delete(frame.sub);
  else if (frame.type === "ping") socket.send({ type: "pong", t: frame.t, seq });
}

server.on("upgrade", (request, raw) => {
  const connection = { subs: new Map(), socket: null };
  connection.socket = accept(
    request,
    raw,
    (text) => receive(connection, JSON.parse(text)),
    () => connections.delete(connection),
  );
  connections.add(connection);
});

setInterval(() => {
  for (const { socket } of connections) socket.send({ type: "ping", t: Date.now(), seq });
}, 5_000);

function raise() {
  setTimeout(raise, mood.pace || 1_000);
  if (!mood.pace || mood.empty) return;
  const alert = makeAlert();
  alerts.unshift(alert);
  publish("alerts", "alert:raised", alert);
  publish("threats", "threat:updated", touchThreat(alert));
}
raise();

server.listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}`));
