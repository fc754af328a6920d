import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { TagList } from "@/components/chip";
import { LevelBadge } from "@/components/level-badge";
import { PageHead } from "@/components/page-head";
import { RecordMissing } from "@/components/record-missing";
import { StatusLabel } from "@/components/status";
import { LessonsSection } from "@/features/academy/lessons-section";
import { ExplanationSection } from "@/features/models/explanation-section";
import { NearbySection } from "@/features/triage/nearby-section";
import { RelatedSection } from "@/features/triage/related-list";
import { TriageSection } from "@/features/triage/triage-section";
import { type AlertDetail, OF_MODELS } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { AlertActions } from "./alert-actions";
import { AlertFacts } from "./alert-facts";
import styles from "./alert-page.module.css";
import { alertDetailQuery } from "./alert-queries";
import { EntitySection } from "./entity-section";
import { RuleSection } from "./rule-section";
import { WhySection } from "./why-section";

export function AlertPage() {
  const { id } = useParams({ from: "/app/alerts/$id" });
  const detail = useQuery(alertDetailQuery(id));
  usePageTitle(detail.data?.alert.title ?? "Alert");

  if (detail.data) return <AlertView detail={detail.data} />;
  return (
    <RecordMissing
      query={detail}
      noun="alert"
      why="The link may be old, or the alert belongs to another tenant."
    >
      <Link to="/alerts" className={buttonClass({})}>
        All alerts
      </Link>
    </RecordMissing>
  );
}

/** Whether an entity is the device: a host of Windows has its name in small letters, without its domain. */
const isNamed = (entity: string, device: string): boolean =>
  entity === device || `${device.toLowerCase()}.`.startsWith(`${entity}.`);

/** Whom the alert is about, and on which machine where that is another name. */
function Whom({ alert: { entity, device } }: { readonly alert: AlertDetail["alert"] }) {
  if (entity === "" && device === "") return null;
  return (
    <span className={styles["whom"]}>
      {entity !== "" && (
        <Link to="/threats/$entity" params={{ entity }}>
          {entity}
        </Link>
      )}
      {device !== "" && !isNamed(entity, device) && (
        <span>
          <span className="muted">on </span>
          {device}
        </span>
      )}
    </span>
  );
}

function AlertView({ detail }: { readonly detail: AlertDetail }) {
  const { alert, rule, samples, activity } = detail;
  return (
    <>
      <PageHead
        back={<Link to="/alerts">Alerts</Link>}
        title={alert.title}
        lead={
          <>
            <LevelBadge level={alert.level} large />
            <StatusLabel status={alert.status} verdict={alert.verdict} />
            <Whom alert={alert} />
            <TagList tags={alert.tags} max={6} />
          </>
        }
        actions={<AlertActions alert={alert} sample={samples.at(-1)} />}
      />
      <div className={styles["columns"]}>
        <div className={styles["triage"]}>
          <TriageSection alert={alert} activity={activity} />
        </div>
        <div className={styles["main"]}>
          {alert.detector === OF_MODELS && <ExplanationSection id={alert.id} />}
          <WhySection alert={alert} rule={rule} samples={samples} />
          <NearbySection alert={alert} />
          <RuleSection rule={rule} />
        </div>
        <aside className={styles["side"]} aria-label="Facts">
          <AlertFacts alert={alert} samples={samples} />
          <EntitySection alert={alert} />
          <LessonsSection alert={alert} />
          <RelatedSection id={alert.id} />
        </aside>
      </div>
    </>
  );
}
