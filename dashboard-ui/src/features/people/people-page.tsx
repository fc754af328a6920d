import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { Button } from "@/components/button";
import { Filters } from "@/components/filters";
import { PlusIcon } from "@/components/icons";
import { EmptyState } from "@/components/notice";
import { Segmented } from "@/components/segmented";
import { TextFilter } from "@/components/text-filter";
import { OperationsTabs } from "@/features/session/operations-tabs";
import { meQuery } from "@/features/session/session-queries";
import { may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { useShortcut } from "@/lib/shortcuts";
import { KeyList } from "./key-list";
import { LivePeople } from "./live-people";
import styles from "./people-page.module.css";
import { parsePeopleSearch } from "./people-search";
import { PersonList } from "./person-list";

const LISTS = [
  ["people", "People"],
  ["keys", "API keys"],
] as const;
const STATES = [
  ["valid", "Valid"],
  ["all", "All"],
] as const;

/** Who may come in: people and the keys of programs, for administrators. */
export function PeoplePage() {
  usePageTitle("People & keys");
  const search = useSearch({ from: "/app/people" });
  const { show = "people", q = "", state = "valid" } = search;
  const navigate = useNavigate({ from: "/people" });
  const change = (changes: Record<string, string>): void =>
    void navigate({ search: parsePeopleSearch({ ...search, ...changes }), replace: true });
  const { data: me } = useQuery(meQuery);
  const input = useRef<HTMLInputElement>(null);
  const [adds, setAdds] = useState(false);
  useShortcut("/", () => input.current?.focus());
  const lists = LISTS.filter(([list]) => may(me, list === "people" ? "users:manage" : "keys:manage"));
  const list = lists.find(([one]) => one === show)?.[0] ?? lists[0]?.[0];
  const isKeys = list === "keys";
  if (me && list === undefined)
    return (
      <>
        <OperationsTabs />
        <EmptyState title="For administrators" whole>
          <p>People and API keys are managed by administrators. Your role is {me.role}.</p>
        </EmptyState>
      </>
    );
  const shown = { q, adds, onAdded: () => setAdds(false) };
  return (
    <>
      <h1 className="visually-hidden">People & keys</h1>
      <OperationsTabs />
      <Filters label="People and keys">
        {lists.length > 1 && list !== undefined && (
          <Segmented
            legend="Which list"
            value={list}
            options={lists}
            onChange={(next) => change({ show: next, q: "", state: "" })}
          />
        )}
        <TextFilter
          label={isKeys ? "Name, permission or source" : "Name or role"}
          value={q}
          onChange={(text) => change({ q: text })}
          inputRef={input}
          keyHint="/"
          search
        />
        {isKeys && (
          <Segmented
            legend="Which keys"
            value={state}
            options={STATES}
            onChange={(next) => change({ state: next })}
          />
        )}
        <span className={styles["add"]}>
          <Button look="primary" onClick={() => setAdds(true)}>
            <PlusIcon size={14} /> {isKeys ? "Make an API key" : "Add a person"}
          </Button>
        </span>
      </Filters>
      {may(me, "audit:read") && <LivePeople />}
      {list === "people" && <PersonList {...shown} />}
      {isKeys && <KeyList {...shown} all={state === "all"} />}
    </>
  );
}
