/** What a server offers for sources, one source that was configured here, and what a page sent about it. */
import { HttpResponse, http } from "msw";
import { asRecord, parseJson } from "@/lib/json";
import { ADA, makeSource } from "./fixtures";
import { at, get, server } from "./server";

export const SHELF = {
  kinds: [
    { name: "http", summary: "Takes batches.", schema: { type: "object", properties: {} } },
    {
      name: "syslog",
      summary: "Listens.",
      schema: {
        $ref: "#/$defs/SyslogOptions",
        $defs: {
          SyslogOptions: {
            properties: {
              port: { type: "integer", description: "Port.", default: 5514 },
              transports: { type: "array", items: { enum: ["udp", "tcp"] }, default: ["udp", "tcp"] },
              tls: { type: "boolean", default: false },
              senders: { type: "array", items: { type: "string" }, default: [] },
            },
          },
        },
      },
    },
    {
      name: "watch",
      summary: "Follows.",
      schema: { properties: { path: { type: "string" } }, required: ["path"] },
    },
  ],
  formats: ["zeek", "suricata"],
  folders: ["/var/log"],
  addresses: ["127.0.0.1"],
  ports: [[5000, 6000]],
  tls: false,
};

export const OURS = makeSource({
  name: "edge",
  kind: "syslog",
  origin: "api",
  state: "running",
  options: { port: 5514 },
  rate: 12,
  series: [0, 3, 9],
});
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A server with that source and a person who may change it; `answers` records what is asked for and answers. */
export function sourceServer() {
  const sent: Sent[] = [];
  server.use(
    get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, "sources:write"] }),
    get("/api/v2/source-kinds", SHELF),
    get("/api/v2/sources", { items: [OURS] }),
  );
  const answers = (method: "post" | "put" | "delete", path: string, answer: () => Response): void =>
    server.use(
      http[method](at(path), async ({ request }) => {
        const text = await request.text();
        const body = text === "" ? undefined : asRecord(parseJson(text));
        sent.push({ method, path: new URL(request.url).pathname, body });
        return answer();
      }),
    );
  return { sent, answers };
}

export const noContent = (): Response => new HttpResponse(null, { status: 204 });
