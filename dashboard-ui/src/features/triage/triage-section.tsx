import { useQuery } from "@tanstack/react-query";
import { Section } from "@/components/section";
import { meQuery } from "@/features/session/session-queries";
import { type Activity, type Alert, may } from "@/lib/model";
import { Assignee } from "./assignee";
import { History } from "./history";
import { NoteForm } from "./note-form";
import styles from "./triage-section.module.css";
import { VerdictPicker } from "./verdict-picker";

interface TriageProps {
  readonly alert: Alert;
  readonly activity: readonly Activity[];
}

/** What people decide about an alert, and what they decided before. */
export function TriageSection({ alert, activity }: TriageProps) {
  const { data: me } = useQuery(meQuery);
  const allowed = may(me, "alerts:write");
  return (
    <Section title="Triage">
      {allowed && <VerdictPicker alert={alert} />}
      {allowed && me !== undefined ? (
        <Assignee alert={alert} me={me} />
      ) : (
        <p className={styles["line"]}>
          <span className="muted">Assigned to</span> {alert.assignee_name || "nobody"}
        </p>
      )}
      <History activity={activity} />
      {allowed && <NoteForm alert={alert} />}
    </Section>
  );
}
