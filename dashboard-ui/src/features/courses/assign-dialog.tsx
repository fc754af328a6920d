import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Choice, Field } from "@/components/field";
import { Modal } from "@/components/modal";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { CourseCard } from "@/lib/model";
import { assignCourse, refreshCourses, targetsQuery } from "./course-queries";
import styles from "./courses.module.css";

interface AssignDialogProps {
  readonly course: CourseCard;
  readonly onClose: () => void;
}

/** The end of a day here, in microseconds since 1970; 0 for none. */
const endOf = (day: string): number => (day === "" ? 0 : new Date(`${day}T23:59:59`).getTime() * 1_000);

/** Choose who should take a course, and by when. */
export function AssignDialog({ course, onClose }: AssignDialogProps) {
  const queryClient = useQueryClient();
  const { people, cohorts } = useQuery(targetsQuery).data ?? { people: [], cohorts: [] };
  const [target, setTarget] = useState("");
  const [due, setDue] = useState("");
  const options: readonly (readonly [string, string])[] = [
    ["", "Choose somebody"],
    ...cohorts.map(({ id, name, members }) => [id, `${name} (${members.length})`] as const),
    ...people.map(({ id, name }) => [id, name] as const),
  ];
  const assign = useMutation({
    mutationFn: () =>
      assignCourse(
        course.slug,
        cohorts.some(({ id }) => id === target) ? "cohort" : "user",
        target,
        endOf(due),
      ),
    onSuccess: () => {
      toastSaid("The course is assigned");
      void refreshCourses(queryClient);
      onClose();
    },
    onError: (error) => toastProblem("Nothing is assigned", error),
  });
  return (
    <Modal title={`Assign ${course.title}`} open onClose={onClose}>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          assign.mutate();
        }}
      >
        <Choice label="Whom" value={target} options={options} onChange={setTarget} />
        <Field label="Due" type="date" value={due} onChange={(event) => setDue(event.target.value)} />
        <Button type="submit" look="primary" disabled={target === "" || assign.isPending}>
          Assign
        </Button>
      </form>
    </Modal>
  );
}
