import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { Button, buttonClass } from "@/components/button";
import { Chip } from "@/components/chip";
import { classes } from "@/components/classes";
import { ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { ProgressBar } from "@/components/progress";
import { Skeleton } from "@/components/skeleton";
import { toastProblem, toastSaid } from "@/components/toaster";
import {
  beginLesson,
  courseQuery,
  finishLesson,
  lessonQuery,
  refreshCourses,
} from "@/features/courses/course-queries";
import { STATES, unmetOf } from "@/features/courses/course-words";
import { lessonSource } from "@/features/practice/lesson-source";
import type { LessonView } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { useShortcut } from "@/lib/shortcuts";
import styles from "./lesson-page.module.css";
import { LessonText } from "./lesson-text";

/** A lesson to read, calmly: contents, text, what it teaches, and where to go on. */
export function LessonPage() {
  const { course, lesson } = useParams({ from: "/app/learn/$course/$lesson" });
  const outline = useQuery(courseQuery(course));
  const id = outline.data?.lessons.find(({ slug }) => slug === lesson)?.id;
  const found = useQuery({ ...lessonQuery(id ?? ""), enabled: id !== undefined });
  usePageTitle(found.data?.lesson.title ?? "Lesson");
  const failed = outline.error ?? found.error;
  if (failed !== null) return <ProblemPanel whole error={failed} onRetry={() => void outline.refetch()} />;
  if (outline.data !== undefined && id === undefined)
    return (
      <PageHead
        title="There is no such lesson"
        back={
          <Link to="/courses/$course" params={{ course }}>
            {outline.data.course.title}
          </Link>
        }
      />
    );
  if (found.data === undefined) return <Skeleton rows={12} label="Loading the lesson" />;
  return <Reading key={found.data.lesson.id} view={found.data} />;
}

function Reading({ view }: { readonly view: LessonView }) {
  const { course, lesson, contents } = view;
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const at = contents.findIndex(({ id }) => id === lesson.id);
  const [before, after] = [contents[at - 1], contents[at + 1]];
  const isPublished = course.latest > 0;

  useEffect(() => {
    if (!isPublished || lesson.read_at > 0) return;
    void beginLesson(lesson.id).then(
      () => refreshCourses(queryClient),
      () => undefined, // It can be read all the same.
    );
  }, [isPublished, lesson.id, lesson.read_at, queryClient]);

  const go = (slug: string | undefined): void => {
    if (slug !== undefined)
      void navigate({ to: "/learn/$course/$lesson", params: { course: course.slug, lesson: slug } });
  };
  const finish = useMutation({
    mutationFn: () => finishLesson(lesson.id),
    onSuccess: () => {
      toastSaid(after === undefined ? "Done: that was the last lesson" : "Done");
      void refreshCourses(queryClient);
      go(after?.slug);
    },
    onError: (error) => toastProblem("It is not done", error),
  });
  const mayFinish = isPublished && lesson.state !== "locked" && lesson.state !== "done";
  useShortcut("n", () => go(after?.slug));
  useShortcut("p", () => go(before?.slug));
  useShortcut("d", () => mayFinish && !finish.isPending && finish.mutate());

  return (
    <div className={styles["page"]}>
      <aside className={styles["contents"]}>
        <Contents view={view} />
      </aside>
      <article className={styles["article"]}>
        <PageHead
          title={lesson.title}
          back={
            <Link to="/courses/$course" params={{ course: course.slug }}>
              {course.title}
            </Link>
          }
          lead={
            <p>
              Lesson {at + 1} of {contents.length} · {lesson.minutes} min · {STATES[lesson.state]}
              {lesson.medium !== "" && (
                <>
                  {" · from "}
                  <Link to="/library/$medium" params={{ medium: lesson.medium }} className={styles["source"]}>
                    the library
                  </Link>
                </>
              )}
            </p>
          }
        />
        <Locked view={view} />
        <LessonText text={view.text} title={lesson.title} course={course.slug} />
        <Concepts view={view} />
        <nav className={styles["steps"]} aria-label="Lessons before and after">
          {before === undefined ? (
            <span />
          ) : (
            <Link
              to="/learn/$course/$lesson"
              params={{ course: course.slug, lesson: before.slug }}
              className={buttonClass({ look: "quiet" })}
            >
              ← {before.title}
            </Link>
          )}
          {mayFinish && (
            <Button look="primary" disabled={finish.isPending} onClick={() => finish.mutate()}>
              Done
            </Button>
          )}
          {after !== undefined && (
            <Link
              to="/learn/$course/$lesson"
              params={{ course: course.slug, lesson: after.slug }}
              className={buttonClass({ look: mayFinish ? "quiet" : "secondary" })}
            >
              {after.title} →
            </Link>
          )}
        </nav>
      </article>
    </div>
  );
}

function Contents({ view: { course, lesson, contents } }: { readonly view: LessonView }) {
  const done = contents.filter(({ state }) => state === "done").length;
  return (
    <nav aria-label="Contents">
      <ProgressBar max={contents.length} value={done} label={`Lessons of ${course.title} that are done`} />
      <ol className={styles["list"]}>
        {contents.map((one) => (
          <li key={one.id}>
            <Link
              to="/learn/$course/$lesson"
              params={{ course: course.slug, lesson: one.slug }}
              className={classes(styles["entry"], one.id === lesson.id && styles["here"])}
            >
              <span className={styles["sign"]} aria-hidden="true">
                {one.state === "done" ? "✓" : one.state === "locked" ? "·" : "○"}
              </span>
              {one.title}
              <span className="visually-hidden">, {STATES[one.state].toLowerCase()}</span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Locked({ view: { lesson } }: { readonly view: LessonView }) {
  const unmet = unmetOf(lesson);
  if (lesson.state !== "locked") return null;
  return (
    <section className={styles["locked"]} aria-label="What comes first">
      <p>
        <strong>Something comes first.</strong> You can read this lesson; you can be done with it once you
        know:
      </p>
      <ul>
        {unmet.map((need) => (
          <li key={need.concept}>
            {need.name}
            {need.because !== "" && `, which ${need.because} builds on`}
            {need.lessons.slice(0, 2).map((place) => (
              <span key={place.id}>
                {": "}
                <Link to="/learn/$course/$lesson" params={{ course: place.course, lesson: place.slug }}>
                  {place.title}
                </Link>
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Concepts({ view: { teaches, lesson, course } }: { readonly view: LessonView }) {
  if (teaches.length === 0 && lesson.techniques.length === 0) return null;
  return (
    <section className={styles["concepts"]} aria-label="What this lesson teaches">
      <h2>What this lesson teaches</h2>
      <dl>
        {teaches.map((one) => (
          <div key={one.concept}>
            <dt>
              {one.id === "" ? (
                one.name
              ) : (
                <Link to="/graph" search={{ concept: one.id }}>
                  {one.name}
                </Link>
              )}
            </dt>
            <dd>{one.evidence[0]?.sentence ?? one.text}</dd>
          </div>
        ))}
      </dl>
      {lesson.techniques.length > 0 && (
        <p className={styles["techniques"]}>
          {lesson.techniques.map((one) => (
            <Chip key={one}>{one}</Chip>
          ))}
        </p>
      )}
      <Link
        to="/practice"
        search={{ source: lesson.medium || lessonSource(course.slug, lesson.slug) }}
        className={buttonClass({ size: "sm" }, styles["practise"])}
      >
        Practise it
      </Link>
    </section>
  );
}
