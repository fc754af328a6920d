import { useQuery } from "@tanstack/react-query";
import { schedulesQuery } from "@/features/scheduler/schedule-queries";
import type { TaskItem } from "@/lib/model";

const SCHEDULE = "schedule";
const WORDS: Record<string, string> = {
  [SCHEDULE]: "schedule",
  resubmit: "resubmitted dead letter",
  connection: "dashboard or live client",
  medium: "a medium was added",
  reaction: "reaction",
  batch: "batch of tasks",
};

/** What asked for a task, by its name where it has one. */
export function TaskOrigin({ task: { origin, id } }: { readonly task: Pick<TaskItem, "origin" | "id"> }) {
  const [kind = "", of = ""] = origin.split(":", 2);
  const { data } = useQuery({
    ...schedulesQuery,
    enabled: kind === SCHEDULE,
    staleTime: 60_000,
    retry: false,
  });
  const name = kind === SCHEDULE ? data?.items.find((one) => one.id === of)?.name : undefined;
  if (origin === "") return id;
  const word = WORDS[kind] ?? kind;
  return <span title={origin}>{name === undefined ? word : `${word} ${name}`}</span>;
}
