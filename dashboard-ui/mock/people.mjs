// Made-up people and API keys, and the server's answers about them.
const MINUTE = 60_000_000;
const DAY = 24 * 60 * MINUTE;
const now = Date.now() * 1_000;

const user = (id, name, role, created, login, disabled = 0) => ({
  id,
  name,
  role,
  enabled: disabled === 0,
  created_at: now - created * DAY,
  last_login_at: login === 0 ? 0 : now - login * MINUTE,
  disabled_at: disabled === 0 ? 0 : now - disabled * DAY,
});

const users = [
  user("usr_1", "ada", "admin", 410, 12),
  user("usr_4", "barbara", "admin", 200, 2_000),
  user("usr_3", "edsger", "viewer", 3, 0),
  user("usr_2", "grace.hopper@analysts.corp.example", "analyst", 120, 190),
  user("usr_5", "linus", "analyst", 380, 90_000, 61),
];

const key = (id, name, hint, change = {}) => ({
  id,
  name,
  hint,
  state: "valid",
  role: null,
  scopes: [],
  source: "",
  tier: null,
  tenant_tier: "standard",
  created_by: "usr_1",
  created_at: now - 40 * DAY,
  expires_at: 0,
  last_used_at: now - 2 * MINUTE,
  revoked_at: 0,
  ...change,
});

const keys = [
  key("key_3", "local command line on sensor-fusion-01", "ns_key_h7Qw", {
    role: "analyst",
    tier: "unlimited",
    created_by: "system",
    created_at: now - 410 * DAY,
  }),
  key("key_1", "siem-export", "ns_key_HmWQ", {
    scopes: ["alerts:read", "entries:read", "events:read", "live:connect"],
    tier: "premium",
    expires_at: now + 200 * DAY,
  }),
  key("key_2", "source edge-zeek", "ns_key_0CsV", {
    scopes: ["events:write"],
    source: "edge-zeek",
    created_by: "usr_2",
    last_used_at: now - 1 * MINUTE,
  }),
  key("key_5", "class of 2026", "ns_key_pQ4r", {
    role: "viewer",
    expires_at: now + 12 * DAY,
    last_used_at: 0,
  }),
  key("key_4", "trial of the reporting service in the second quarter", "ns_key_zz81", {
    role: "viewer",
    state: "revoked",
    revoked_at: now - 24 * DAY,
    created_by: "usr_5",
  }),
];

/** The body of the answer; undefined where there is none. */
export function answerPeople(path, method, body, empty) {
  const [, , , what, id, part] = path.split("/");
  if (what === "api-keys") {
    if (method === "POST")
      return {
        key: key("key_9", body.name, "ns_key_tR5x", body),
        text: "ns_key_tR5xq0ZkUe3mYw8Lh2VbN7cGs4dJp91Kz2aF",
      };
    return { items: empty ? [] : keys };
  }
  const password = "k7mfp-2xqrd-9wtca-h4n8v";
  if (method === "POST" && id === undefined)
    return { user: user("usr_9", body.username, body.role, 0, 0), password };
  if (id === undefined) return { items: users };
  const found = users.find((one) => one.id === id);
  return part === "password" ? { user: found, password } : found;
}
