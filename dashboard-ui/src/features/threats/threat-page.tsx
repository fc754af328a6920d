import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Button, buttonClass } from "@/components/button";
import { TagList } from "@/components/chip";
import { LevelBadge } from "@/components/level-badge";
import { EmptyState, ProblemPanel } from "@/components/notice";
import { PageHead } from "@/components/page-head";
import { ScoreBar } from "@/components/score-bar";
import { Facts, Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { Time } from "@/components/time";
import { relatedColumns } from "@/features/alerts/alert-columns";
import { AlertsTable } from "@/features/alerts/alerts-table";
import { IncidentDrills } from "@/features/practice/incident-drills";
import { useFileRequest } from "@/features/requests/use-file-request";
import type { ThreatDetail } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { usePageTitle } from "@/lib/page-title";
import { isStatus } from "@/lib/problem";
import styles from "./threat-page.module.css";
import { threatDetailQuery } from "./threat-queries";

export function ThreatPage() {
  const { entity } = useParams({ from: "/app/threats/$entity" });
  const detail = useQuery(threatDetailQuery(entity));
  usePageTitle(entity);

  if (detail.data) return <ThreatView detail={detail.data} />;
  if (isStatus(detail.error, 404)) {
    return (
      <EmptyState title={`Nothing is known about ${entity}`} whole>
        <p>No alert names it.</p>
        <Link to="/threats" className={buttonClass({})}>
          All threats
        </Link>
      </EmptyState>
    );
  }
  if (detail.isError) {
    return (
      <ProblemPanel
        error={detail.error}
        onRetry={() => void detail.refetch()}
        busy={detail.isFetching}
        whole
      />
    );
  }
  return (
    <>
      <h1 className="visually-hidden">{entity}</h1>
      <Skeleton rows={6} label="Loading the threat" />
    </>
  );
}

function ThreatView({ detail: { threat, alerts } }: { readonly detail: ThreatDetail }) {
  const request = useFileRequest();
  return (
    <>
      <PageHead
        back={<Link to="/threats">Threats</Link>}
        title={<span className={styles["entity"]}>{threat.entity}</span>}
        lead={
          <>
            <LevelBadge level={threat.level} large />
            <span>{threat.entity_kind}</span>
            <TagList tags={threat.tags} max={8} />
          </>
        }
        actions={
          <>
            <IncidentDrills entity={threat.entity} />
            <Button
              onClick={() =>
                void request({
                  action: "reports.generate",
                  payload: { entity: threat.entity, since: threat.first_at, format: "html" },
                  what: "The report",
                })
              }
            >
              Report
            </Button>
          </>
        }
      />
      <div className={styles["columns"]}>
        <Section title="Threat score">
          <ScoreBar score={threat.score} large />
          <Facts
            items={[
              ["Alerts", formatNumber(threat.alerts)],
              ["First seen", <Time key="first" at={threat.first_at} full />],
              ["Last seen", <Time key="last" at={threat.last_at} full />],
              ["Last raised", <Time key="raised" at={threat.raised_at} full />],
              ["As of", <Time key="at" at={threat.at} full />],
            ]}
          />
        </Section>
        <Section
          title="Its alerts"
          flush
          actions={
            <Link
              to="/alerts"
              search={{ entity: threat.entity, status: "all" }}
              className={buttonClass({ look: "quiet", size: "sm" })}
            >
              Open as a list
            </Link>
          }
        >
          {alerts.length === 0 ? (
            <EmptyState title="No alerts are kept" />
          ) : (
            <AlertsTable
              alerts={alerts}
              label={`Alerts about ${threat.entity}`}
              columns={relatedColumns(alerts)}
            />
          )}
        </Section>
      </div>
    </>
  );
}
