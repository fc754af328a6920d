import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Modal } from "@/components/modal";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { CourseCard } from "@/lib/model";
import { publishCourse, refreshCourses } from "./course-queries";
import styles from "./courses.module.css";

interface PublishDialogProps {
  readonly course: Pick<CourseCard, "slug" | "title">;
  readonly onClose: () => void;
  readonly onPublished?: () => void;
}

/** Ask before the draft becomes the newest version. */
export function PublishDialog({ course, onClose, onPublished }: PublishDialogProps) {
  const queryClient = useQueryClient();
  const [note, setNote] = useState("");
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
        <p>A version never changes. Learners stay on theirs until they move to this one.</p>
        <Field
          label="What is different"
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <Button type="submit" look="primary" disabled={publish.isPending}>
          Publish
        </Button>
      </form>
    </Modal>
  );
}
