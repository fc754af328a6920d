import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Button, buttonClass } from "@/components/button";
import { classes } from "@/components/classes";
import { ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import { toastProblem, toastSaid } from "@/components/toaster";
import { meQuery } from "@/features/session/session-queries";
import { type CourseCard, type LessonOutline, may } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { courseQuery, moveOn, refreshCourses } from "./course-queries";
import { nextLesson, STATES, standing, unmetOf } from "./course-words";
import styles from "./courses.module.css";
import { TeacherSections } from "./teacher-sections";
import { useLiveCourses } from "./use-live-courses";

/** A course: its lessons in order, what each waits for, and for teachers who did what. */
export function CoursePage() {
  const { course: slug } = useParams({ from: "/app/courses/$course" });
  useLiveCourses();
  const found = useQuery(courseQuery(slug));
  const me = useQuery(meQuery).data;
  usePageTitle(found.data?.course.title ?? "Course");
  if (found.isError)
    return (
      <ProblemPanel whole error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
    );
  if (found.data === undefined) return <Skeleton rows={8} label="Loading the course" />;
  const { course, lessons } = found.data;
  const next = nextLesson(lessons);
  return (
    <>
      <PageHead
        title={course.title}
        back={<Link to="/courses">Courses</Link>}
        lead={
          <>
            {course.summary !== "" && <p>{course.summary}</p>}
            <p>
              {standing(course)}
              {course.due_at > 0 && course.finished_at === 0 && (
                <>
                  {" · due "}
                  <Time at={course.due_at} />
                </>
              )}
            </p>
          </>
        }
        actions={
          next !== undefined && (
            <Link
              to="/learn/$course/$lesson"
              params={{ course: slug, lesson: next.slug }}
              className={buttonClass({ look: "primary" })}
            >
              {course.started_at > 0 ? "Go on" : "Begin"}
            </Link>
          )
        }
      />
      <div className={styles["columns"]}>
        <NewerVersion course={course} />
        <Section title="Lessons" flush>
          <ol className={styles["map"]}>
            {lessons.map((lesson, at) => (
              <LessonRow key={lesson.id} lesson={lesson} number={at + 1} course={slug} />
            ))}
          </ol>
        </Section>
        {may(me, "courses:teach") && <TeacherSections course={course} />}
      </div>
    </>
  );
}

interface LessonRowProps {
  readonly lesson: LessonOutline;
  readonly number: number;
  readonly course: string;
}

function LessonRow({ lesson, number, course }: LessonRowProps) {
  const unmet = unmetOf(lesson);
  return (
    <li className={classes(styles["lesson"], styles[lesson.state])}>
      <span className={styles["mark"]} aria-hidden="true">
        {lesson.state === "done" ? "✓" : number}
      </span>
      <span className={styles["title"]}>
        <Link to="/learn/$course/$lesson" params={{ course, lesson: lesson.slug }}>
          {lesson.title}
        </Link>
      </span>
      <span className={styles["state"]}>
        {STATES[lesson.state]} · {lesson.minutes} min
      </span>
      <p className={styles["why"]}>
        {lesson.state === "locked" ? (
          <>
            {"First: "}
            {unmet.map((need, at) => (
              <span key={need.concept}>
                {at > 0 && ", "}
                {need.name}
                {need.lessons[0] !== undefined && (
                  <>
                    {" in "}
                    <Link
                      to="/learn/$course/$lesson"
                      params={{ course: need.lessons[0].course, lesson: need.lessons[0].slug }}
                    >
                      {need.lessons[0].title}
                    </Link>
                  </>
                )}
              </span>
            ))}
          </>
        ) : (
          lesson.teaches.map(({ name }) => name).join(", ")
        )}
        {lesson.is_changed && " · the text is different since you did it"}
      </p>
    </li>
  );
}

function NewerVersion({ course }: { readonly course: CourseCard }) {
  const queryClient = useQueryClient();
  const move = useMutation({
    mutationFn: () => moveOn(course.slug),
    onSuccess: () => {
      toastSaid("You see the newest version now");
      void refreshCourses(queryClient);
    },
    onError: (error) => toastProblem("You are still on your version", error),
  });
  if (course.started_at === 0 || course.number === course.latest) return null;
  return (
    <Section
      title="There is a newer version"
      actions={
        <Button size="sm" disabled={move.isPending} onClick={() => move.mutate()}>
          Go on with version {course.latest}
        </Button>
      }
    >
      <p>You see version {course.number}, which you began. What you have done stays done.</p>
    </Section>
  );
}
