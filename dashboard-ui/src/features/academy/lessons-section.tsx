import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { Section } from "@/components/section";
import { DrillStep } from "@/features/practice/drill-step";
import { api, unwrap } from "@/lib/api";
import type { Alert, LessonFor } from "@/lib/model";
import { formatPercent } from "@/lib/number";
import styles from "./lessons-section.module.css";

function why({ via, explains }: LessonFor): string {
  if (via === "words") return "fits its words";
  const what = explains.join(", ");
  return via === "parent" ? `explains what ${what} is a kind of` : `explains ${what}`;
}

/** An alert's techniques, the lessons that explain them, and what the viewer has to understand first. */
export function LessonsSection({ alert }: { readonly alert: Alert }) {
  const { id } = alert;
  const { data, isError } = useQuery({
    queryKey: ["alerts", "lessons", id],
    queryFn: () =>
      unwrap(api.GET("/api/v2/alerts/{alert_id}/lessons", { params: { path: { alert_id: id } } })),
  });
  return (
    <Section title="Learn from this">
      {isError && <p className="muted">The lessons could not be fetched.</p>}
      {data && (
        <div className={styles["parts"]}>
          {data.techniques.length > 0 && (
            <ul className={styles["list"]} aria-label="Techniques">
              {data.techniques.map(({ id: technique, name, concept, mastery }) => (
                <li key={technique}>
                  <span className={styles["id"]}>{technique}</span>{" "}
                  {concept === "" ? (
                    "not in the graph"
                  ) : (
                    <Link to="/graph" search={{ concept }}>
                      {name}
                    </Link>
                  )}
                  {mastery > 0 && (
                    <span className={styles["why"]}>you master it to {formatPercent(mastery)}</span>
                  )}
                </li>
              ))}
            </ul>
          )}
          {data.lessons.length === 0 ? (
            <p className="muted">No published lesson explains it yet.</p>
          ) : (
            <ul className={styles["list"]} aria-label="Lessons">
              {data.lessons.map((lesson) => (
                <li key={lesson.key}>
                  <Link to="/learn/$course/$lesson" params={{ course: lesson.course, lesson: lesson.lesson }}>
                    {lesson.title}
                  </Link>
                  <span className={styles["why"]}>{why(lesson)}</span>
                </li>
              ))}
            </ul>
          )}
          <div className={styles["drill"]}>
            {data.lessons[0] && (
              <Link
                to="/practice"
                search={{ source: data.lessons[0].key }}
                className={buttonClass({ size: "sm" })}
              >
                Practise it
              </Link>
            )}
            <DrillStep alert={alert} />
          </div>
          {data.lacks.length > 0 && (
            <>
              <h3 className={styles["first"]}>Understand first</h3>
              <ol className={styles["list"]}>
                {data.lacks.map(({ id: concept, name }) => (
                  <li key={concept}>
                    <Link to="/graph" search={{ concept }}>
                      {name}
                    </Link>
                  </li>
                ))}
              </ol>
            </>
          )}
        </div>
      )}
    </Section>
  );
}
