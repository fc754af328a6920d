import { Link } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { lessonOf } from "./lesson-source";

interface SourceLinkProps {
  /** What questions name as their source: a lesson, or the id of a medium or alert; others lead nowhere. */
  readonly source: string;
  readonly verb: "Back to" | "Read";
  readonly size?: "md" | "sm";
}

/** From a question to what it is about. */
export function SourceLink({ source, verb, size = "md" }: SourceLinkProps) {
  const className = buttonClass({ look: "quiet", size });
  const lesson = lessonOf(source);
  if (lesson)
    return (
      <Link to="/learn/$course/$lesson" params={lesson} className={className}>
        {verb} the lesson
      </Link>
    );
  if (source.startsWith("med_"))
    return (
      <Link to="/library/$medium" params={{ medium: source }} className={className}>
        {verb} the text
      </Link>
    );
  if (source.startsWith("alr_"))
    return (
      <Link to="/alerts/$id" params={{ id: source }} className={className}>
        {verb} the alert
      </Link>
    );
  return null;
}
