// Stored events for the mock: a day of traffic with a few bursts, and the questions that the page asks about them.
const MINUTE = 60_000_000;

let seed = 4_711;
function random() {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
}
const pick = (items) => items[Math.floor(random() * items.length)];

const KINDS = [
  { class_uid: 4001, service: "flow", app_protocol: "tls", dst_port: 443, protocol: "tcp" },
  {
    class_uid: 4003,
    service: "dns",
    app_protocol: "dns",
    dst_port: 53,
    protocol: "udp",
    domain: "intranet.example.org",
    dns_type: "A",
    dns_answer: "10.0.0.2",
  },
  {
    class_uid: 4002,
    service: "http",
    app_protocol: "http",
    dst_port: 80,
    protocol: "tcp",
    domain: "shop.example.org",
    url: "/cart?id=7",
    http_method: "GET",
    http_status: 200,
  },
  {
    class_uid: 4007,
    service: "ssh",
    app_protocol: "ssh",
    dst_port: 22,
    protocol: "tcp",
    action: "failure",
    user: "root",
  },
  {
    class_uid: 2004,
    service: "alert",
    app_protocol: "http",
    dst_port: 80,
    protocol: "tcp",
    severity: 4,
    domain: "198.51.100.9",
    signature: "ET WEB_SERVER Possible SQL injection in a request",
  },
];

function makeEvent(number) {
  const kind = pick([KINDS[0], KINDS[0], KINDS[0], KINDS[1], KINDS[1], ...KINDS]);
  const burst = random() < 0.4 ? 380 + random() * 40 : random() * 1_430;
  const time = Date.now() * 1_000 - Math.floor(burst * MINUTE);
  const src = `10.0.${Math.floor(random() * 3)}.${5 + Math.floor(random() ** 2 * 30)}`;
  const event = {
    id: `evt_1_${number}`,
    batch: 1,
    number,
    tenant: "default",
    source: pick(["suricata-dmz", "zeek-core"]),
    format: "suricata",
    time,
    received_at: time + 1_200_000,
    class_uid: 0,
    product: "suricata",
    category: "",
    service: "",
    src_ip: src,
    src_port: 49_152 + Math.floor(random() * 9_999),
    dst_ip: pick(["203.0.113.77", "198.51.100.9", "192.0.2.53", "10.0.0.2"]),
    dst_port: 0,
    protocol: "",
    app_protocol: "",
    bytes_out: Math.floor(random() * 9_000),
    bytes_in: Math.floor(random() * 90_000),
    packets_out: 4,
    packets_in: 6,
    duration_us: Math.floor(random() * 4_000_000),
    connection_uid: `C${number}`,
    user: "",
    device: "ids-edge",
    domain: "",
    url: "",
    user_agent: "",
    event_code: "",
    message: "",
    signature: "",
    http_method: "",
    http_status: 0,
    referrer: "",
    dns_type: "",
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
    raw: "",
    raw_hash: "5e1f0c",
    entity: src,
    ...kind,
  };
  const { src_ip, dst_ip, dst_port, domain, service } = event;
  event.native = {
    timestamp: new Date(time / 1_000).toISOString(),
    event_type: service,
    src_ip,
    dest_ip: dst_ip,
    dest_port: dst_port,
    note: "<img src=x onerror=alert(1)>",
    query: domain,
  };
  return event;
}

export const events = Array.from({ length: 2_400 }, (_, number) => makeEvent(number)).toSorted(
  (one, other) => other.time - one.time,
);

function found(query, empty) {
  if (empty) return [];
  const since = Number(query.get("since") ?? 0);
  const until = Number(query.get("until") ?? Number.MAX_SAFE_INTEGER);
  const terms = query.getAll("where").map((term) => /^(\w+?)(!?)=(.*)$/s.exec(term).slice(1));
  const text = query.get("q")?.toLowerCase() ?? "";
  const pattern = new RegExp(query.get("regex") ?? "");
  return events.filter((event) => {
    const native = JSON.stringify(event.native);
    return (
      event.time >= since &&
      event.time < until &&
      native.toLowerCase().includes(text) &&
      pattern.test(native) &&
      terms.every(([column, not, value]) => (String(event[column]) === value) !== (not === "!"))
    );
  });
}

function counted(items, column) {
  const counts = new Map();
  for (const item of items) counts.set(item[column], (counts.get(item[column]) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((one, other) => other.count - one.count);
}

function histogram(query, empty) {
  const now = Date.now() * 1_000;
  const since = Number(query.get("since") ?? events.at(-1).time);
  const until = Number(query.get("until") ?? now);
  const widths = [1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 21_600, 86_400].map((seconds) => seconds * 1e6);
  const width = widths.find((each) => each >= (until - since) / 120) ?? 86_400e6 * 30;
  const bars = new Map();
  for (const event of found(query, empty)) {
    const at = Math.floor(event.time / width) * width;
    bars.set(at, [...(bars.get(at) ?? []), event]);
  }
  const items = [...bars]
    .toSorted((one, other) => one[0] - other[0])
    .map(([at, inside]) => ({
      at,
      count: inside.length,
      parts: counted(inside, query.get("by") || "class_uid"),
    }));
  return {
    items,
    since,
    until,
    width,
    stored: empty ? null : { oldest: events.at(-1).time, newest: events[0].time },
    late: 0,
  };
}

function facet(query, empty) {
  const items = found(query, empty);
  const values = counted(items, query.get("column"));
  return {
    column: query.get("column"),
    items: values.slice(0, 10),
    distinct: values.length,
    events: items.length,
  };
}

/** The body of an answer about events; undefined when there is no such thing. */
export function answerEvents(path, query, empty, page) {
  if (path === "/api/v2/events") return page(found(query, empty), query);
  if (path === "/api/v2/events/histogram") return histogram(query, empty);
  if (path === "/api/v2/events/facets") return facet(query, empty);
  return events.find(({ id }) => path === `/api/v2/events/${id}`);
}

/** A hunt answers who talked how much, whatever was asked. */
export function answerHunt() {
  const rows = counted(events, "src_ip").map(({ value, count }) => [value, count, null]);
  return { columns: ["src_ip", "events", "last_seen"], rows, truncated: false, seconds: 0.42 };
}
