import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { toastSaid } from "@/components/toaster";
import type { Cohort } from "@/lib/model";
import { sentenceOf } from "@/lib/problem";
import { changeCohort, createCohort, deleteCohort, refreshCourses } from "./course-queries";
import styles from "./courses.module.css";
import { HoursFields, hoursDraftOf, hoursOf } from "./hours-fields";

interface CohortDialogProps {
  /** The one to change; a new one without it. */
  readonly cohort?: Cohort;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly onClose: () => void;
}

/** Name a cohort, choose who is in it, and when they are on shift if it is one. */
export function CohortDialog({ cohort, people, onClose }: CohortDialogProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(cohort?.name ?? "");
  const [members, setMembers] = useState<ReadonlySet<string>>(new Set(cohort?.members));
  const [hours, setHours] = useState(() => hoursDraftOf(cohort));
  const [sure, setSure] = useState(false);
  const done = (what: string) => () => {
    toastSaid(what);
    void refreshCourses(queryClient);
    onClose();
  };
  const save = useMutation({
    mutationFn: () => {
      // Who left cannot be stated again.
      const ids = people.map(({ id }) => id).filter((id) => members.has(id));
      return cohort === undefined
        ? createCohort({ name: name.trim(), members: ids, hours: hoursOf(hours) })
        : changeCohort(cohort.id, { name: name.trim(), members: ids, hours: hoursOf(hours) }, cohort.version);
    },
    onSuccess: done(`${name.trim()} is saved`),
  });
  const remove = useMutation({
    mutationFn: () => deleteCohort(cohort?.id ?? ""),
    onSuccess: done(`${cohort?.name ?? ""} is deleted`),
  });
  const failure = save.error ?? remove.error;
  const isBusy = save.isPending || remove.isPending;
  const toggle = (id: string): void =>
    setMembers((now) =>
      now.has(id) ? new Set([...now].filter((one) => one !== id)) : new Set([...now, id]),
    );
  return (
    <Modal title={cohort === undefined ? "New cohort" : `Edit ${cohort.name}`} open onClose={onClose}>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) save.mutate();
        }}
      >
        <Field
          label="Name"
          required
          maxLength={80}
          autoComplete="off"
          placeholder="Night shift"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className={styles["people"]}>
          <legend>Who is in it</legend>
          {people.map((one) => (
            <label key={one.id}>
              <input type="checkbox" checked={members.has(one.id)} onChange={() => toggle(one.id)} />
              {one.name}
            </label>
          ))}
        </fieldset>
        <HoursFields draft={hours} onChange={setHours} />
        {sure && <p>What is assigned to it is withdrawn. What its people have learned stays.</p>}
        <FormFoot error={failure === null ? undefined : sentenceOf(failure)}>
          {cohort !== undefined && (
            <Button
              look="quiet"
              disabled={isBusy}
              onClick={() => {
                if (sure) remove.mutate();
                else setSure(true);
              }}
            >
              {sure ? "Delete it for good" : "Delete…"}
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name.trim() === "" || isBusy}>
            Save
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
