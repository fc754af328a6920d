import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { TagList } from "@/components/chip";
import { CodeView } from "@/components/code-view";
import { CopyButton } from "@/components/copy-button";
import { Description } from "@/components/description";
import { AlertIcon } from "@/components/icons";
import { LevelBadge } from "@/components/level-badge";
import { PageHead } from "@/components/page-head";
import { RecordMissing } from "@/components/record-missing";
import { Reference } from "@/components/reference";
import { Section } from "@/components/section";
import { Time } from "@/components/time";
import type { RuleDetail } from "@/lib/model";
import { usePageTitle } from "@/lib/page-title";
import { BacktestSection } from "./backtest-section";
import { CasesSection } from "./cases-section";
import { Provenance } from "./provenance";
import { RuleActions } from "./rule-actions";
import styles from "./rule-page.module.css";
import { ruleDetailQuery } from "./rule-queries";
import { useRuleNews } from "./use-rule-news";

export function RulePage() {
  useRuleNews();
  const { id } = useParams({ from: "/app/rules/$id" });
  const detail = useQuery(ruleDetailQuery(id));
  usePageTitle(detail.data?.rule.title ?? "Rule");

  if (detail.data) return <RuleView detail={detail.data} />;
  return (
    <RecordMissing
      query={detail}
      noun="rule"
      why="It may have been removed, or it belongs to another tenant."
    >
      <Link to="/rules" className={buttonClass({})}>
        All rules
      </Link>
    </RecordMissing>
  );
}

function RuleView({ detail }: { readonly detail: RuleDetail }) {
  const { rule } = detail;
  return (
    <>
      <PageHead
        back={<Link to="/rules">Rules</Link>}
        title={rule.title}
        lead={
          <>
            <LevelBadge level={rule.level} large />
            <TagList tags={rule.tags} max={6} />
          </>
        }
        actions={<RuleActions detail={detail} />}
      />
      <WhyItIsSilent detail={detail} />
      <div className={styles["columns"]}>
        <div className={styles["main"]}>
          {detail.description !== "" && (
            <Section title="What it means">
              <Description text={detail.description} />
              <TextList title="Known false positives" items={detail.false_positives} />
              <TextList title="References" items={detail.references} />
            </Section>
          )}
          {rule.state !== "failing" && <CasesSection detail={detail} />}
          {rule.state !== "failing" && detail.source !== "" && <BacktestSection rule={rule} />}
          {detail.source !== "" && (
            <Section title="The rule" actions={<CopyButton text={detail.source} what="the rule" />}>
              <CodeView text={detail.source.trimEnd()} language="yaml" label="The rule as YAML" />
            </Section>
          )}
        </div>
        <aside className={styles["side"]} aria-label="Facts">
          <Provenance detail={detail} />
        </aside>
      </div>
    </>
  );
}

/** Why the rule finds nothing: it cannot be loaded, or somebody did not want it. */
function WhyItIsSilent({ detail }: { readonly detail: RuleDetail }) {
  const { rule, disabled } = detail;
  if (rule.state === "failing") {
    return (
      <div className={styles["failing"]} role="note">
        <AlertIcon size={18} />
        <div>
          <strong>This rule cannot be loaded, so it is never run.</strong>
          <p>
            Line {detail.error_line}, column {detail.error_column}: {rule.error}
          </p>
        </div>
      </div>
    );
  }
  if (disabled === null || rule.state !== "disabled") return null;
  return (
    <div className={styles["disabled"]} role="note">
      <div>
        <strong>Disabled</strong> by {disabled.by}, <Time at={disabled.at} full />
        {disabled.note !== "" && <p>{disabled.note}</p>}
      </div>
    </div>
  );
}

function TextList({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <div className={styles["texts"]}>
      <h3>{title}</h3>
      <ul>
        {items.map((item) => (
          <li key={item}>
            <Reference text={item} />
          </li>
        ))}
      </ul>
    </div>
  );
}
