import { Endpoints } from "@/components/endpoints";
import { Facts, Section } from "@/components/section";
import { Time } from "@/components/time";
import type { Alert, AlertSample } from "@/lib/model";
import { formatNumber } from "@/lib/number";
import { formatSpan } from "@/lib/time";
import { Timeline } from "./timeline";

/** When and where, at a glance. */
export function AlertFacts({
  alert,
  samples,
}: {
  readonly alert: Alert;
  readonly samples: readonly AlertSample[];
}) {
  const span = alert.last_at - alert.first_at;
  const where: [string, string][] = [
    ["User", alert.user],
    ["Device", alert.device],
    ["Source", alert.source],
    ["Detector", alert.detector],
  ];
  return (
    <>
      <Section title="Timeline">
        <Timeline first={alert.first_at} last={alert.last_at} marks={samples.map((sample) => sample.at)} />
        <Facts
          items={[
            ["First seen", <Time key="first" at={alert.first_at} full />],
            ["Last seen", <Time key="last" at={alert.last_at} full />],
            [
              "Count",
              span > 0 ? `${formatNumber(alert.count)} in ${formatSpan(span)}` : formatNumber(alert.count),
            ],
            ["Raised", <Time key="raised" at={alert.raised_at} full />],
            ["Changed", <Time key="changed" at={alert.updated_at} full />],
          ]}
        />
      </Section>
      <Section title="Where">
        <Facts
          items={[
            ["Connection", <Endpoints key="route" from={alert.src_ip} to={alert.dst_ip} />],
            ...where.filter(([, value]) => value !== ""),
            ["Score", `${alert.score} of 100`],
          ]}
        />
      </Section>
    </>
  );
}
