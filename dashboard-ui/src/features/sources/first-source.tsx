import { Command } from "@/components/copy-button";
import { SourceIcon } from "@/components/icons";
import { EmptyState } from "@/components/notice";
import styles from "./first-source.module.css";

function curlExample(origin: string): string {
  return [
    `curl "${origin}/api/v2/events?source=firewall" \\`,
    '  -H "Authorization: Bearer $NETSENTINEL_KEY" \\',
    '  -H "Content-Type: application/x-ndjson" \\',
    "  --data-binary @eve.json",
  ].join("\n");
}

/** The first step, ready to be copied. */
export function FirstSource() {
  return (
    <EmptyState title="No events have arrived yet" icon={<SourceIcon size={22} />}>
      <p>Replay a file of Suricata, Zeek or Sysmon records, and its alerts show up while it runs.</p>
      <div className={styles["commands"]}>
        <Command text="netsentinel replay FILE" what="the replay command" />
        <p>Or let a program post them, with an API key:</p>
        <Command text={curlExample(globalThis.location.origin)} what="the curl command" />
      </div>
    </EmptyState>
  );
}
