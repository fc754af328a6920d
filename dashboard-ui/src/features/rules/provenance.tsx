import { Link } from "@tanstack/react-router";
import { Facts, Section } from "@/components/section";
import { Sparkline } from "@/components/sparkline";
import { Time } from "@/components/time";
import type { RuleDetail } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { costEach, explainCost, explainHistory, hasHistory, logsourceOf } from "./rule-facts";
import styles from "./rule-page.module.css";

const KINDS = {
  bundled: "comes with NetSentinel",
  configured: "named in the server's settings",
  archive: "added as a pack",
  text: "added as a text",
} as const;

/** What it finds and costs, and where it comes from. */
export function Provenance({ detail }: { readonly detail: RuleDetail }) {
  const { rule, pack } = detail;
  return (
    <>
      <Section title="What it does here">
        {hasHistory(rule) && (
          <div className={styles["history"]}>
            <Sparkline label={explainHistory(rule)} values={rule.history} />
            <span className="muted">last 30 days, by when they were found</span>
          </div>
        )}
        <Facts
          items={[
            ["Hits", formatNumber(rule.hits)],
            ["Last hit", <Time key="last" at={rule.last_hit_at} full />],
            ["Cost", costEach(rule.cost)],
            ["Looks at", logsourceOf(rule)],
          ]}
        />
        <p className={styles["small"]}>{explainCost(rule.cost)}</p>
      </Section>
      <Section title="Where it comes from">
        <Facts
          items={[
            ["Author", detail.author || "not stated"],
            ["Licence", detail.licence || "not stated"],
            ["Maturity", rule.maturity || "not stated"],
            ["Last change", detail.changed_on || "not stated"],
            [
              "Pack",
              <Link key="pack" to="/rules" search={{ pack: pack.name }}>
                {pack.name}
              </Link>,
            ],
            ...(pack.trouble ? ([["Not in force", pack.trouble]] as const) : []),
            ["Came", KINDS[pack.kind]],
            ...(pack.added_by === ""
              ? []
              : ([
                  ["Added by", pack.added_by],
                  ["Added", <Time key="added" at={pack.added_at} full />],
                ] as const)),
            ["Origin", <code key="origin">{pack.origin || "not stated"}</code>],
            ["File", <code key="path">{detail.path}</code>],
            ["Id", <code key="id">{rule.id}</code>],
          ]}
        />
      </Section>
    </>
  );
}
