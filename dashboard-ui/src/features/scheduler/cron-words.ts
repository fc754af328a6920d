/** The usual cron expressions in words; the others say nothing that is shorter than they are. */

const ALIASES: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
};
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** A number of at most `most`. */
function number(text: string, most: number): number | undefined {
  return /^\d{1,2}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** The n of a step from `*`, where so many times fill the span without a rest. */
function step(text: string, span: number): number | undefined {
  const every = Number(/^\*\/(\d{1,2})$/.exec(text)?.[1]);
  return every > 1 && span % every === 0 ? every : undefined;
}

const two = (value: number): string => String(value).padStart(2, "0");

function weekday(text: string): string | undefined {
  const at = number(text, 7) ?? WEEKDAYS.findIndex((name) => name.slice(0, 3).toLowerCase() === text);
  return WEEKDAYS[at === 7 ? 0 : at];
}

/** Which days: one weekday, a range of them, several of them, a day of the month, or every. */
function daysInWords(day: string, week: string): string | undefined {
  if (day !== "*") {
    const on = number(day, 31);
    return week === "*" && on ? `on day ${on} of each month` : undefined;
  }
  if (week === "*") return "daily";
  const between = week.includes("-");
  const names = week.split(between ? "-" : ",").map(weekday);
  if (names.includes(undefined) || (between && names.length !== 2)) return undefined;
  if (between) return names.join(" to ");
  return names.map((name) => `${name}s`).join(", ");
}

/** When an expression fires, or undefined. */
export function cronInWords(text: string): string | undefined {
  const known = text.trim().toLowerCase();
  const fields = (ALIASES[known] ?? known).split(/\s+/);
  if (fields.length === 6 && fields.shift() !== "0") return undefined;
  const [minute, hour, day, month, week, ...more] = fields;
  if (!minute || !hour || !day || month !== "*" || !week || more.length > 0) return undefined;
  const days = daysInWords(day, week);
  const at = number(minute, 59);
  const clock = number(hour, 23);
  if (at !== undefined && clock !== undefined) return days && `${days} at ${two(clock)}:${two(at)}`;
  if (days !== "daily") return undefined;
  if (hour === "*") {
    const every = step(minute, 60);
    if (minute === "*") return "every minute";
    return every ? `every ${every} minutes` : at === undefined ? undefined : `every hour at :${two(at)}`;
  }
  const hours = step(hour, 24);
  return hours && at !== undefined ? `every ${hours} hours at :${two(at)}` : undefined;
}
