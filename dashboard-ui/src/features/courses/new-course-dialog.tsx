import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { FormFoot } from "@/components/form-foot";
import { Modal } from "@/components/modal";
import { sentenceOf } from "@/lib/problem";
import { createCourse, refreshCourses } from "./course-queries";
import styles from "./courses.module.css";
import { slugOf } from "./draft-form";

/** Begin a course; it is written on a page of its own. */
export function NewCourseDialog({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const slug = slugOf(title);
  const create = useMutation({
    mutationFn: () => createCourse(slug, title.trim()),
    onSuccess: (course) => {
      void refreshCourses(queryClient);
      void navigate({ to: "/courses/$course/edit", params: { course: course.slug } });
    },
  });
  return (
    <Modal title="New course" open onClose={onClose}>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (slug !== "" && !create.isPending) create.mutate();
        }}
      >
        <Field
          label="Title"
          required
          maxLength={120}
          autoComplete="off"
          value={title}
          hint={
            slug === "" ? "It may change later; the address that follows from it stays." : `/courses/${slug}`
          }
          onChange={(event) => {
            setTitle(event.target.value);
            create.reset();
          }}
        />
        <FormFoot error={create.error === null ? undefined : sentenceOf(create.error)}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={slug === "" || create.isPending}>
            Begin
          </Button>
        </FormFoot>
      </form>
    </Modal>
  );
}
