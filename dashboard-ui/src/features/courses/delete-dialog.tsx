import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ask } from "@/components/ask";
import { toastSaid } from "@/components/toaster";
import type { DraftView } from "@/lib/model";
import { deleteCourse, refreshCourses } from "./course-queries";

interface DeleteDialogProps {
  readonly course: DraftView["course"];
  readonly onClose: () => void;
}

/** Ask before a course that was never published is forgotten. */
export function DeleteDialog({ course, onClose }: DeleteDialogProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = async (): Promise<void> => {
    await deleteCourse(course.slug);
    toastSaid(`${course.title} is deleted`);
    await navigate({ to: "/courses", ignoreBlocker: true });
    void refreshCourses(queryClient);
  };
  return (
    <Ask title={`Delete ${course.title}?`} go="Delete it" onGo={remove} onClose={onClose}>
      <p>Nobody learned from it yet. Its lessons go for good; media in the library stay.</p>
    </Ask>
  );
}
