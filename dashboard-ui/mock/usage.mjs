// Made-up counts of requests, and the server's answer about them.
const MINUTE = 60_000_000;
const DAY = 24 * 60 * MINUTE;
const now = Date.now() * 1_000;

const date = (ago) => new Date((now - ago * DAY) / 1_000).toISOString().slice(0, 10);
/** Working days are busier; no two days are alike, and the same from one start to the next. */
const busy = (ago, peak) => {
  const weekday = new Date((now - ago * DAY) / 1_000).getUTCDay();
  return Math.round(
    peak * (weekday % 6 === 0 ? 0.15 : 0.7) * (0.6 + 0.4 * Math.abs(Math.sin(ago * 7.3 + peak))),
  );
};

const consumer = (id, name, kind, tier = "", revoked = false) => ({ id, name, kind, tier, revoked });
const consumers = [
  consumer("usr_1", "ada", "user"),
  consumer("usr_2", "grace.hopper@analysts.corp.example", "user"),
  consumer("key_1", "siem-export", "key", "premium"),
  consumer("key_2", "edge sensors", "key"),
  consumer("key_3", "this machine", "key", "unlimited"),
  consumer("key_4", "trial of the reporting service in the second quarter", "key", "", true),
];

const series = (principal, request_class, peak, first = 0, last = 29, limit = Number.POSITIVE_INFINITY) =>
  Array.from({ length: last - first + 1 }, (_, at) => {
    const asked = busy(first + at, peak);
    return {
      day: date(first + at),
      principal,
      request_class,
      requests: Math.min(asked, limit),
      refused: Math.max(0, asked - limit),
    };
  });

const own = series("usr_1", "session", 290_000, 0, 29, 200_000);
Object.assign(own[0], { requests: 171_204, refused: 12 });
const days = [
  ...own,
  ...series("usr_2", "session", 3_100, 0, 12),
  ...series("key_1", "api", 412_000),
  ...series("key_2", "intake", 88_000),
  ...series("key_2", "api", 15_000, 0, 29, 10_000),
  ...series("key_3", "api", 240),
  ...series("key_4", "api", 900, 11, 24),
  ...series("key_00000000000000000000000000000000", "api", 12, 20, 29),
];

const window = {
  request_class: "session",
  per_minute: 1_200,
  burst: 240,
  per_day: 200_000,
  minute_used: 87,
  minute_left: 1_353,
  minute_resets_at: (Math.floor(now / MINUTE) + 1) * MINUTE,
  day_used: 171_204,
  day_refused: 12,
  day_left: 28_796,
  day_resets_at: (Math.floor(now / DAY) + 1) * DAY,
};

export function answerUsage(scope, empty) {
  const isAll = scope === "tenant";
  return {
    scope: isAll ? "tenant" : "own",
    tier: "standard",
    tenant_tier: "standard",
    windows: [
      empty
        ? { ...window, minute_used: 0, minute_left: 1_440, day_used: 0, day_refused: 0, day_left: 200_000 }
        : window,
    ],
    days: empty ? [] : isAll ? days : own,
    consumers: isAll ? consumers : [],
  };
}
