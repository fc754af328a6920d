import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { toastProblem, toastSaid } from "@/components/toaster";
import type { DraftView } from "@/lib/model";
import { deleteCourse, refreshCourses } from "./course-queries";
import styles from "./courses.module.css";

interface DeleteDialogProps {
  readonly course: DraftView["course"];
  readonly onClose: () => void;
}

/** Ask before a course that was never published is forgotten. */
export function DeleteDialog({ course, onClose }: DeleteDialogProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => deleteCourse(course.slug),
    onSuccess: async () => {
      toastSaid(`${course.title} is deleted`);
      await navigate({ to: "/courses", ignoreBlocker: true });
      void refreshCourses(queryClient);
    },
    onError: (error) => {
      toastProblem("It is not deleted", error);
      onClose();
    },
  });
  return (
    <Modal title={`Delete ${course.title}?`} open onClose={onClose}>
      <div className={styles["form"]}>
        <p>Nobody learned from it yet. Its lessons go for good; media in the library stay.</p>
        <FormFoot>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Delete it
          </Button>
        </FormFoot>
      </div>
    </Modal>
  );
}
