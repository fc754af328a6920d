/** Made-up stored events, and the server's answers about them. */
import { HttpResponse, http } from "msw";
import type { Histogram, StoredEvent } from "@/lib/model";
import { at, MINUTE, NOW } from "./fixtures";

export function makeEvent(change: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: "evt_1_0",
    batch: 1,
    number: 0,
    tenant: "default",
    source: "zeek-core",
    format: "zeek",
    time: NOW - 2 * MINUTE,
    received_at: NOW - MINUTE,
    class_uid: 4003,
    product: "zeek",
    category: "dns",
    service: "dns",
    src_ip: "10.0.0.5",
    src_port: 50_123,
    dst_ip: "192.0.2.53",
    dst_port: 53,
    protocol: "udp",
    app_protocol: "dns",
    bytes_out: 2_048,
    bytes_in: 0,
    packets_out: 1,
    packets_in: 0,
    duration_us: 1_500,
    connection_uid: "C1",
    user: "",
    device: "",
    domain: "example.org",
    url: "",
    user_agent: "",
    event_code: "",
    message: "",
    signature: "",
    http_method: "",
    http_status: 0,
    referrer: "",
    dns_type: "A",
    dns_answer: "",
    ja3: "",
    process: "",
    parent_process: "",
    command_line: "",
    file: "",
    file_hash: "",
    src_mac: "",
    action: "",
    severity: 0,
    native: { query: "<img src=x onerror=alert(1)>", ts: 1 },
    raw: "",
    raw_hash: "00ff",
    entity: change.src_ip ?? "10.0.0.5",
    ...change,
  };
}

export function makeHistogram(change: Partial<Histogram> = {}): Histogram {
  const since = Math.floor(NOW / MINUTE) * MINUTE - 10 * MINUTE;
  return {
    items: [
      {
        at: since,
        count: 3,
        parts: [
          { value: 4003, count: 2 },
          { value: 4001, count: 1 },
        ],
      },
      { at: since + 5 * MINUTE, count: 1, parts: [{ value: 4001, count: 1 }] },
    ],
    since,
    until: since + 10 * MINUTE,
    width: MINUTE,
    stored: { oldest: since, newest: NOW },
    late: 0,
    ...change,
  };
}

/** Answers about events, and every address that was asked. */
export function eventRoutes(events: StoredEvent[] = [makeEvent()], histogram = makeHistogram()) {
  const asked: URL[] = [];
  const seen = (request: Request): URL => {
    const url = new URL(request.url);
    asked.push(url);
    return url;
  };
  const routes = [
    http.get(at("/api/v2/events"), ({ request }) => {
      seen(request);
      return HttpResponse.json({ items: events, next: null });
    }),
    http.get(at("/api/v2/events/histogram"), ({ request }) => {
      seen(request);
      return HttpResponse.json(histogram);
    }),
    http.get(at("/api/v2/events/facets"), ({ request }) => {
      const column = seen(request).searchParams.get("column");
      return HttpResponse.json({
        column,
        items: [
          { value: "10.0.0.5", count: 6 },
          { value: "10.0.0.9", count: 2 },
        ],
        distinct: 7,
        events: 9,
      });
    }),
    http.get(at("/api/v2/events/:id"), ({ params }) => {
      const event = events.find(({ id }) => id === params["id"]);
      return event === undefined
        ? HttpResponse.json({ title: "Not found", status: 404, code: "not-found" }, { status: 404 })
        : HttpResponse.json(event);
    }),
  ];
  const last = (path: string): URLSearchParams =>
    asked.findLast(({ pathname }) => pathname === path)?.searchParams ?? new URLSearchParams();
  return { routes, asked, last };
}
