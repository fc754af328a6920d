import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { Chip } from "@/components/chip";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { ProgressBar } from "@/components/progress";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import { AcademyTabs } from "@/features/academy/academy-tabs";
import { meQuery } from "@/features/session/session-queries";
import { type CourseCard, may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { coursesQuery } from "./course-queries";
import { standing } from "./course-words";
import styles from "./courses.module.css";
import { NewCourseDialog } from "./new-course-dialog";
import { useLiveCourses } from "./use-live-courses";

/** What there is to learn, and how far this person is. */
export function CoursesPage() {
  usePageTitle("Courses");
  useLiveCourses();
  const list = useQuery(coursesQuery);
  const mayTeach = may(useQuery(meQuery).data, "courses:teach");
  const [begins, setBegins] = useState(false);
  const courses = list.data?.items ?? [];
  return (
    <>
      <h1 className="visually-hidden">Courses</h1>
      <AcademyTabs />
      {mayTeach && (
        <div className={styles["head"]}>
          <Link to="/cohorts" className={buttonClass({ look: "quiet" })}>
            Cohorts
          </Link>
          <Button look="primary" onClick={() => setBegins(true)}>
            New course
          </Button>
          {begins && <NewCourseDialog onClose={() => setBegins(false)} />}
        </div>
      )}
      {list.isError && (
        <ProblemPanel error={list.error} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      {list.isPending && <Skeleton rows={3} label="Loading courses" />}
      {list.data && courses.length === 0 && (
        <EmptyState title="No course so far">
          <p>
            {mayTeach ? "Begin one here, or import a folder of Markdown files. " : ""}The one that comes with
            NetSentinel is there after <code>netsentinel learn courses import --publish</code>.
          </p>
        </EmptyState>
      )}
      <ul className={styles["cards"]}>
        {courses.map((course) => (
          <Card key={course.id} course={course} />
        ))}
      </ul>
    </>
  );
}

function Card({ course }: { readonly course: CourseCard }) {
  return (
    <li className={styles["card"]}>
      <h2 className={styles["name"]}>
        <Link to="/courses/$course" params={{ course: course.slug }}>
          {course.title}
        </Link>
      </h2>
      {course.summary !== "" && <p className={styles["summary"]}>{course.summary}</p>}
      <p className={styles["facts"]}>
        <span>{standing(course)}</span>
        {course.state !== "published" && <Chip>{course.state === "draft" ? "Draft" : "Retired"}</Chip>}
        {course.due_at > 0 && course.finished_at === 0 && (
          <span>
            Due <Time at={course.due_at} />
          </span>
        )}
        {course.is_assigned && course.due_at === 0 && course.finished_at === 0 && <Chip>Assigned</Chip>}
        {course.finished_at > 0 && <Chip>Finished</Chip>}
      </p>
      {course.started_at > 0 && (
        <ProgressBar
          max={course.lessons}
          value={course.done}
          label={`Lessons of ${course.title} that are done`}
        />
      )}
    </li>
  );
}
