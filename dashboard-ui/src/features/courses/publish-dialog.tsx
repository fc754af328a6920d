import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Modal } from "@/components/modal";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { CourseCard, DraftView } from "@/lib/model";
import { draftQuery, publishCourse, refreshCourses } from "./course-queries";
import styles from "./courses.module.css";

interface PublishDialogProps {
  readonly course: Pick<CourseCard, "slug" | "title" | "latest">;
  readonly onClose: () => void;
  readonly onPublished?: () => void;
}

/** Whether a lesson states a concept or a technique, by which alerts and practice find it. */
const teaches = ({ lessons }: DraftView["draft"]): boolean =>
  lessons.some((lesson) => lesson.teaches.length > 0 || lesson.techniques.length > 0);

/** Ask before the draft becomes the newest version. */
export function PublishDialog({ course, onClose, onPublished }: PublishDialogProps) {
  const queryClient = useQueryClient();
  const [note, setNote] = useState("");
  const draft = useQuery(draftQuery(course.slug)).data?.draft;
  const publish = useMutation({
    mutationFn: () => publishCourse(course.slug, note.trim()),
    onSuccess: (version) => {
      toastSaid(`Version ${version.number} is published`);
      void refreshCourses(queryClient);
      onClose();
      onPublished?.();
    },
    onError: (error) => toastProblem("Nothing is published", error),
  });
  return (
    <Modal title={`Publish ${course.title}`} open onClose={onClose}>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          publish.mutate();
        }}
      >
        <p>
          A version never changes.
          {course.latest > 0 && " Learners stay on theirs until they move to this one."}
        </p>
        {draft !== undefined && !teaches(draft) && (
          <p role="note" className={styles["warning"]}>
            No lesson says what it teaches or which technique it explains: alerts and coverage will not lead
            here, and there will be nothing to practise.
          </p>
        )}
        {course.latest > 0 && (
          <Field
            label="What is different"
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
        <Button type="submit" look="primary" disabled={publish.isPending}>
          Publish
        </Button>
      </form>
    </Modal>
  );
}
