/** People and keys of the tests, and the server that keeps them. */
import { HttpResponse, http } from "msw";
import { asRecord } from "@/lib/json";
import type { KeyItem, UserItem } from "@/lib/model";
import { ADA, at, NOW } from "./fixtures";
import { get, server } from "./server";

const DAY = 86_400_000_000;

export const makeUser = (change: Partial<UserItem> = {}): UserItem => ({
  id: "usr_2",
  name: "bob",
  role: "viewer",
  enabled: true,
  created_at: NOW - DAY,
  last_login_at: 0,
  disabled_at: 0,
  ...change,
});

export const makeKey = (change: Partial<KeyItem> = {}): KeyItem => ({
  id: "key_1",
  name: "siem-export",
  hint: "ns_key_HmWQ",
  state: "valid",
  role: null,
  scopes: ["alerts:read", "events:read"],
  source: "",
  tier: null,
  tenant_tier: "premium",
  created_by: "usr_2",
  created_at: NOW - DAY,
  expires_at: 0,
  last_used_at: 0,
  revoked_at: 0,
  ...change,
});

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** Answers about these people and keys; what was asked to change is told. */
export function peopleServer(
  users: UserItem[],
  keys: KeyItem[],
  permissions = ["users:manage", "keys:manage"],
) {
  const asked: Asked[] = [];
  const tell = async (request: Request): Promise<Record<string, unknown>> => {
    const text = await request.text();
    const body = asRecord(text === "" ? {} : JSON.parse(text));
    asked.push({ method: request.method, path: new URL(request.url).pathname, body });
    return body;
  };
  const found = (id: unknown): UserItem => users.find((user) => user.id === id) ?? makeUser();
  server.use(
    get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, ...permissions] }),
    get("/api/v2/users", { items: users }),
    get("/api/v2/api-keys", { items: keys }),
    http.post(at("/api/v2/users"), async ({ request }) => {
      const body = await tell(request);
      const user = makeUser({ id: "usr_9", name: String(body["username"]) });
      return HttpResponse.json({ user, password: "k7mfp-2xqrd-9wtca-h4n8v" }, { status: 201 });
    }),
    http.patch(at("/api/v2/users/:id"), async ({ request, params }) => {
      const body = await tell(request);
      return HttpResponse.json({ ...found(params["id"]), ...body });
    }),
    http.post(at("/api/v2/users/:id/password"), async ({ request, params }) => {
      await tell(request);
      return HttpResponse.json({ user: found(params["id"]), password: "another-passw-ordof-bobs2" });
    }),
    http.post(at("/api/v2/api-keys"), async ({ request }) => {
      const body = await tell(request);
      return HttpResponse.json(
        { key: makeKey({ name: String(body["name"]) }), text: "ns_key_made" },
        { status: 201 },
      );
    }),
    http.delete(at("/api/v2/api-keys/:id"), async ({ request }) => {
      await tell(request);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return asked;
}
