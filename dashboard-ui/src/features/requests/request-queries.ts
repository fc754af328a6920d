/** What was asked for, in whichever tab, page or program, and how it stands. */
import { queryOptions } from "@tanstack/react-query";
import { STATES_OF } from "@/features/tasks/task-states";
import { api, unwrap } from "@/lib/api";
import type { Feed } from "@/lib/live";
import type { TaskItem } from "@/lib/model";
import { nowMicros } from "@/lib/time";

const MOST = 100;
const HOUR_US = 3_600_000_000;
const SECOND_US = 1_000_000;
/** States come live; how far the requests of others are does not. */
const PROGRESS_MS = 2_000;

export const requestsKey = ["requests"] as const;

const ORIGINS = ["connection:", "request:"] as const;

/** Over the WebSocket and over HTTP; what a schedule, a playbook or a dead letter asked for is none. */
const isRequest = ({ origin }: Pick<TaskItem, "origin">): boolean =>
  ORIGINS.some((beginning) => origin.startsWith(beginning));

/** What is listened to: the whole topic of tasks can be a busy one. */
export const FEEDS = ORIGINS.map(
  (value): Feed => ({
    name: `requests-${value.slice(0, -1)}`,
    topic: "tasks",
    filter: [{ field: "origin", op: "prefix", value }],
  }),
);

/** Asked for by a program or on the command line, with an API key. */
export const isOfProgram = ({ principal }: Pick<TaskItem, "principal">): boolean =>
  principal.startsWith("key_");

/**
 * The newest first: what is under way for this person, in whichever tab, or for a program, and what has ended for this
 * person within the last hour. A program has what its requests gave.
 */
export function requestsQuery(person: string) {
  return queryOptions({
    queryKey: requestsKey,
    queryFn: async (): Promise<readonly TaskItem[]> => {
      const [active, ended] = await Promise.all([
        page({ state: STATES_OF.active.join(",") }),
        page({
          state: [...STATES_OF.ended, ...STATES_OF.failed].join(","),
          principal: person,
          since: nowMicros() - HOUR_US,
        }),
      ]);
      const ours = active.filter((task) => task.principal === person || isOfProgram(task));
      const found = new Map([...ours, ...ended].filter(isRequest).map((task) => [task.id, task]));
      return [...found.values()].toSorted((one, other) => (other.id > one.id ? 1 : -1));
    },
    refetchInterval: ({ state }) =>
      state.data?.some((task) => task.state === "running") === true ? PROGRESS_MS : false,
  });
}

interface Narrowed {
  readonly state: string;
  readonly principal?: string;
  readonly since?: number;
}

async function page(narrowed: Narrowed): Promise<readonly TaskItem[]> {
  const query = { ...narrowed, limit: MOST };
  return (await unwrap(api.GET("/api/v2/tasks", { params: { query } }))).items;
}

/** Most requests are answered at once, and whoever asked has the answer: too quick to be spoken of. */
export function tookLong({ created_at: made, ended_at: ended }: TaskItem): boolean {
  return ended === null || ended - made >= SECOND_US;
}
