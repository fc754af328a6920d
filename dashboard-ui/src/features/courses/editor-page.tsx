import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useBlocker, useNavigate, useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { TextArea } from "@/components/text-area";
import { toastSaid } from "@/components/toaster";
import type { DraftText, DraftView } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { draftQuery, refreshCourses, saveDraft } from "./course-queries";
import { DeleteDialog } from "./delete-dialog";
import { type CourseForm, draftOf, formOf, isReordered, type LessonForm, missingIn } from "./draft-form";
import styles from "./editor.module.css";
import { Faults } from "./faults";
import { LessonFields } from "./lesson-fields";
import { LessonRows } from "./lesson-rows";
import { PublishDialog } from "./publish-dialog";

const NARROW_PX = 900;

/** Where a course is written: its lessons, their order, and each one's text or section of a medium. */
export function EditorPage() {
  const { course: slug } = useParams({ from: "/app/courses/$course/edit" });
  const found = useQuery(draftQuery(slug));
  const [chosen, setChosen] = useState("");
  usePageTitle(found.data ? `Write ${found.data.draft.title}` : "Write a course");
  if (found.isError)
    return (
      <ProblemPanel whole error={found.error} onRetry={() => void found.refetch()} busy={found.isFetching} />
    );
  if (found.data === undefined) return <Skeleton rows={8} label="Loading the draft" />;
  // What was saved begins the form anew: the server may have moved lessons.
  return <Editor key={found.data.course.version} view={found.data} chosen={chosen} onChoose={setChosen} />;
}

interface EditorProps {
  readonly view: DraftView;
  /** Key of the lesson that is open. */
  readonly chosen: string;
  readonly onChoose: (key: string) => void;
}

function Editor({ view: { course, draft }, chosen, onChoose }: EditorProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState<CourseForm>(() => formOf(draft));
  const [asks, setAsks] = useState<"" | "publish" | "delete">("");
  const [before] = useState(form);
  const fields = useRef<HTMLDivElement>(null);
  const isChanged = form !== before;
  const missing = missingIn(form);
  const at = Math.max(
    0,
    form.lessons.findIndex(({ key }) => key === chosen),
  );
  const lesson = form.lessons[at];

  const save = useMutation({
    mutationFn: (sent: DraftText) => saveDraft(course.slug, sent, course.version),
    onSuccess: async (_, sent) => {
      onChoose(sent.lessons?.[at]?.slug ?? "");
      const saved = await queryClient.fetchQuery({ ...draftQuery(course.slug), staleTime: 0 });
      toastSaid(
        isReordered(sent, saved.draft)
          ? "Saved. Lessons were moved behind what they need"
          : "The draft is saved",
      );
      void refreshCourses(queryClient);
    },
  });
  const choose = (key: string): void => {
    onChoose(key);
    // Where the fields are below the list, one is taken there.
    if (globalThis.innerWidth < NARROW_PX) requestAnimationFrame(() => fields.current?.scrollIntoView());
  };
  const maySave = isChanged && missing === "" && !save.isPending;
  const change = (changes: Partial<CourseForm>): void => {
    save.reset();
    setForm((now) => ({ ...now, ...changes }));
  };
  const changeLessons = (update: (lessons: readonly LessonForm[]) => readonly LessonForm[]): void => {
    save.reset();
    setForm((now) => ({ ...now, lessons: update(now.lessons) }));
  };
  const changeLesson = (changes: Partial<LessonForm>): void =>
    changeLessons((all) => all.map((one) => (one.key === lesson?.key ? { ...one, ...changes } : one)));

  return (
    <>
      <PageHead
        title={`Write ${draft.title}`}
        back={
          <Link to="/courses/$course" params={{ course: course.slug }}>
            {draft.title}
          </Link>
        }
        lead={<p role="status">{isChanged ? missing || "There are changes to save." : standing(course)}</p>}
        actions={
          <>
            {course.state === "draft" && (
              <Button look="quiet" onClick={() => setAsks("delete")}>
                Delete…
              </Button>
            )}
            {course.has_changes && course.state !== "retired" && (
              <Button disabled={isChanged || draft.lessons.length === 0} onClick={() => setAsks("publish")}>
                Publish the draft
              </Button>
            )}
            <Button look="primary" disabled={!maySave} onClick={() => save.mutate(draftOf(form))}>
              {save.isPending ? "Saving…" : "Save the draft"}
            </Button>
          </>
        }
      />
      {save.isError && <Faults error={save.error} sent={save.variables} form={form} onChoose={choose} />}
      <div className={styles["halves"]}>
        <div className={styles["column"]}>
          <Section title="Course">
            <Field
              label="Title"
              maxLength={120}
              value={form.title}
              onChange={(event) => change({ title: event.target.value })}
            />
            <TextArea
              label="What it is about"
              rows={2}
              maxLength={1_000}
              value={form.summary}
              onChange={(event) => change({ summary: event.target.value })}
            />
          </Section>
          <LessonRows
            lessons={form.lessons}
            chosen={lesson?.key ?? ""}
            onChoose={choose}
            onChange={changeLessons}
          />
        </div>
        <div ref={fields} className={styles["column"]}>
          {lesson === undefined ? (
            <EmptyState title="No lesson so far">
              <p>Write one, or take a section of a medium from the library.</p>
            </EmptyState>
          ) : (
            <LessonFields
              key={lesson.key}
              lesson={lesson}
              number={at + 1}
              course={course.slug}
              onChange={changeLesson}
            />
          )}
        </div>
      </div>
      {asks === "publish" && (
        <PublishDialog
          course={course}
          onClose={() => setAsks("")}
          onPublished={() => void navigate({ to: "/courses/$course", params: { course: course.slug } })}
        />
      )}
      {asks === "delete" && <DeleteDialog course={course} onClose={() => setAsks("")} />}
      <Leaving isChanged={isChanged && !save.isPending} />
    </>
  );
}

function standing({ latest, has_changes: hasChanges }: DraftView["course"]): string {
  if (latest === 0) return "A draft: only those who teach see it.";
  return hasChanges
    ? `Version ${latest} is published; the draft says something else.`
    : `It is published as version ${latest}.`;
}

/** Asks before what was written is lost. */
function Leaving({ isChanged }: { readonly isChanged: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: () => isChanged,
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  if (leaving.status !== "blocked") return null;
  return (
    <Modal title="Leave without saving?" open onClose={leaving.reset}>
      <div className={styles["form"]}>
        <p>What you changed of the draft since it was saved is lost then.</p>
        <FormFoot>
          <Button onClick={leaving.proceed}>Leave</Button>
          <Button look="primary" onClick={leaving.reset}>
            Stay
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}
