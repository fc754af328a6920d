import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { CourseCard, LearnerRow } from "@/lib/model";
import { AssignDialog } from "./assign-dialog";
import {
  assignmentsQuery,
  learnersQuery,
  refreshCourses,
  restoreCourse,
  retireCourse,
  withdrawAssignment,
} from "./course-queries";
import styles from "./courses.module.css";
import { PublishDialog } from "./publish-dialog";

/** What teachers see besides: what is published, who should take the course, and how far everybody is. */
export function TeacherSections({ course }: { readonly course: CourseCard }) {
  return (
    <>
      <Publication course={course} />
      {course.latest > 0 && <Assignments course={course} />}
      {course.latest > 0 && <Learners course={course} />}
    </>
  );
}

function Publication({ course }: { readonly course: CourseCard }) {
  const queryClient = useQueryClient();
  const [publishing, setPublishing] = useState(false);
  const isRetired = course.state === "retired";
  const turn = useMutation({
    mutationFn: async () => {
      await (isRetired ? restoreCourse(course.slug) : retireCourse(course.slug));
    },
    onSuccess: () => {
      toastSaid(isRetired ? "The course is offered again" : "Nobody begins this course any more");
      void refreshCourses(queryClient);
    },
    onError: (error) => toastProblem("The course is as it was", error),
  });
  return (
    <Section
      title="Publication"
      actions={
        <span className={styles["acts"]}>
          <Link
            to="/courses/$course/edit"
            params={{ course: course.slug }}
            className={buttonClass({ size: "sm" })}
          >
            Edit the draft
          </Link>
          {course.has_changes && !isRetired && (
            <Button size="sm" onClick={() => setPublishing(true)}>
              Publish the draft
            </Button>
          )}
          {course.latest > 0 && (
            <Button size="sm" look="quiet" disabled={turn.isPending} onClick={() => turn.mutate()}>
              {isRetired ? "Restore" : "Retire"}
            </Button>
          )}
        </span>
      }
    >
      <p>
        {course.latest === 0 ? "No version so far" : `Version ${course.latest} is the newest`}
        {course.has_changes ? "; the draft says something else." : "; the draft says the same."} It can also
        be written as files: <code>netsentinel learn export {course.slug} FOLDER</code>.
      </p>
      {publishing && <PublishDialog course={course} onClose={() => setPublishing(false)} />}
    </Section>
  );
}

function Assignments({ course }: { readonly course: CourseCard }) {
  const queryClient = useQueryClient();
  const [assigning, setAssigning] = useState(false);
  const list = useQuery(assignmentsQuery(course.slug));
  const withdraw = useMutation({
    mutationFn: (id: string) => withdrawAssignment(course.slug, id),
    onSuccess: () => void refreshCourses(queryClient),
    onError: (error) => toastProblem("It is still assigned", error),
  });
  const items = list.data?.items ?? [];
  return (
    <Section
      title="Assigned to"
      flush
      actions={
        course.state === "published" && (
          <span className={styles["acts"]}>
            <Link to="/cohorts" className={buttonClass({ look: "quiet", size: "sm" })}>
              Cohorts
            </Link>
            <Button size="sm" onClick={() => setAssigning(true)}>
              Assign
            </Button>
          </span>
        )
      }
    >
      {list.isPending && <Skeleton rows={2} label="Loading assignments" />}
      {list.data && items.length === 0 && <p className={styles["nobody"]}>Nobody so far.</p>}
      {items.length > 0 && (
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th>Whom</th>
              <th>Due</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ assignment, name }) => (
              <tr key={assignment.id}>
                <td>{name || assignment.target}</td>
                <td>{assignment.due_at > 0 ? <Time at={assignment.due_at} /> : "no date"}</td>
                <td className={styles["act"]}>
                  <Button
                    size="sm"
                    look="quiet"
                    aria-label={`Withdraw from ${name || assignment.target}`}
                    disabled={withdraw.isPending}
                    onClick={() => withdraw.mutate(assignment.id)}
                  >
                    Withdraw
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {assigning && <AssignDialog course={course} onClose={() => setAssigning(false)} />}
    </Section>
  );
}

function Learners({ course }: { readonly course: CourseCard }) {
  const list = useQuery(learnersQuery(course.slug));
  const items = list.data?.items ?? [];
  return (
    <Section title="Learners" flush>
      {list.isPending && <Skeleton rows={3} label="Loading learners" />}
      {list.data && items.length === 0 && <p className={styles["nobody"]}>Nobody has begun it.</p>}
      {items.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls
        <section className={styles["scroll"]} tabIndex={0} aria-label="How far everybody is">
          <table className={styles["table"]}>
            <thead>
              <tr>
                <th>Name</th>
                <th>Done</th>
                <th>Version</th>
                <th>Last</th>
                <th>Due</th>
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <Learner key={row.learner} row={row} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Section>
  );
}

function Learner({ row }: { readonly row: LearnerRow }) {
  return (
    <tr>
      <td>{row.name || row.learner}</td>
      <td>
        {row.done} of {row.lessons}
      </td>
      <td>{row.number > 0 ? row.number : "not begun"}</td>
      <td>{row.last_at > 0 ? <Time at={row.last_at} /> : "–"}</td>
      <td className={row.is_late ? styles["late"] : undefined}>
        {row.due_at > 0 ? <Time at={row.due_at} /> : "–"}
        {row.is_late && ", late"}
      </td>
    </tr>
  );
}
