/** The fake HTTP server: one alert, one threat, one source, and ada is logged in. Tests override single routes. */
import { HttpResponse, http, type JsonBodyType } from "msw";
import { setupServer } from "msw/node";
import { asRecord } from "@/lib/json";
import { ADA, at, MINUTE, makeAlert, makeDetail, makeSource, makeThreat, NOW, PROBLEM } from "./fixtures";
import { makeNearby, makePreview, makeSummary, makeSuppression } from "./triage-fixtures";

export { at } from "./fixtures";

export const get = (path: string, body: JsonBodyType) => http.get(at(path), () => HttpResponse.json(body));

/** The route answers with a problem. */
export function fails(path: string, status = 500, change: Partial<typeof PROBLEM> = {}) {
  return http.all(at(path), () => HttpResponse.json({ ...PROBLEM, status, ...change }, { status }));
}

export const LOGGED_OUT = { title: "Please log in", detail: "No session.", code: "not-authenticated" };

export const server = setupServer(
  get("/auth/state", { setup_needed: false, demo: true, version: "0.1.0" }),
  get("/api/v2/me", ADA),
  get("/api/v2/alerts", { items: [makeAlert()], next: null }),
  get("/api/v2/alerts/summary", makeSummary()),
  get("/api/v2/alerts/assignees", {
    items: [
      { id: "usr_1", name: "ada" },
      { id: "usr_2", name: "bob" },
    ],
  }),
  get("/api/v2/alerts/:id", makeDetail()),
  get("/api/v2/alerts/:id/related", {
    items: [
      {
        alert: makeAlert({ id: "alr_2", title: "Port scan of one host", level: "medium", status: "closed" }),
        reasons: [
          { why: "entity", value: "203.0.113.7" },
          { why: "technique", value: "attack.t1110.001" },
          { why: "time", value: "240" },
        ],
      },
    ],
  }),
  get("/api/v2/alerts/:id/events", {
    items: [
      { event: makeNearby({ time: NOW - 2 * MINUTE }), evidence: false },
      { event: makeNearby({ id: "evt_1_1" }), evidence: true },
    ],
    at: NOW - MINUTE,
    since: NOW - 6 * MINUTE,
    until: NOW + 4 * MINUTE,
    truncated: false,
  }),
  get("/api/v2/suppressions", { items: [makeSuppression()], next: null }),
  http.post(at("/api/v2/suppressions/preview"), () => HttpResponse.json(makePreview())),
  http.patch(at("/api/v2/alerts/:id"), async ({ request }) => {
    const change = await request.json();
    return HttpResponse.json({ ...makeAlert({ version: 2 }), ...asRecord(change) });
  }),
  get("/api/v2/threats", { items: [makeThreat()], next: null }),
  get("/api/v2/threats/:entity", { threat: makeThreat(), alerts: [makeAlert()] }),
  get("/api/v2/sources", { items: [makeSource()] }),
  get("/api/v2/sources/:name/rejected", {
    items: [{ at: 1_700_000_000_000_000, line: "not json <b>", reason: "not JSON" }],
  }),
  http.post(at("/auth/login"), () => HttpResponse.json(ADA)),
  http.post(at("/auth/setup"), () => HttpResponse.json(ADA, { status: 201 })),
  http.post(at("/auth/password"), () => new HttpResponse(null, { status: 204 })),
  http.post(at("/auth/logout"), () => new HttpResponse(null, { status: 204 })),
);
