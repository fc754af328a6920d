import { Field } from "@/components/field";
import { Segmented } from "@/components/segmented";
import { TextArea } from "@/components/text-area";
import { TableField } from "./table-field";
import { fromOf, type TrainTexts } from "./train-draft";
import styles from "./train-form.module.css";

interface RowsProps {
  readonly texts: TrainTexts;
  readonly onChange: (changes: Partial<TrainTexts>) => void;
  /** Columns that a table is split by are asked for. */
  readonly splits?: boolean;
}

const MEANT = {
  events: "Each stored network flow is a row",
  windows: "What an address, a service, a user or a host did in five minutes is a row",
  histories:
    "What an address, a service, a user or a host did in five minutes and in the 35 minutes before is a row",
} as const;

/** Where the rows come from. */
export function RowsFields({ texts, onChange, splits = false }: RowsProps) {
  return (
    <div className={styles["rows"]}>
      <Segmented
        legend="Rows come from"
        value={texts.from}
        options={[
          ["events", "Flows"],
          ["windows", "What entities do"],
          ["histories", "Their histories"],
          ["table", "A table"],
        ]}
        onChange={(from) => onChange(fromOf(texts, from))}
      />
      {texts.from !== "table" ? (
        <>
          <p className={styles["hint"]}>
            {MEANT[texts.from]}, labelled by verdicts and by alerts of rules; what nothing was said of counts
            as benign.
          </p>
          <Field
            label="Events at most"
            hint="The newest ones."
            type="number"
            min={50}
            max={1_000_000}
            required
            value={texts.most}
            onChange={(event) => onChange({ most: event.target.value })}
          />
          <TextArea
            label="Only events with"
            hint="One term a line, as on the page of events: source=office, dst_port=443. Empty for all."
            code
            rows={2}
            value={texts.where}
            onChange={(event) => onChange({ where: event.target.value })}
          />
        </>
      ) : (
        <>
          <TableField value={texts.path} onChange={(path) => onChange({ path })} />
          <Field
            label="Label column"
            required
            autoComplete="off"
            value={texts.label}
            onChange={(event) => onChange({ label: event.target.value })}
          />
          <TextArea
            label="Labels of benign rows"
            hint="One a line, * for any characters: flow=From-Normal*. Empty: 0, normal, benign, background, false, legitimate and -."
            code
            rows={2}
            value={texts.benign}
            onChange={(event) => onChange({ benign: event.target.value })}
          />
          {splits && texts.split === "time" && (
            <Field
              label="Column with the time"
              required
              autoComplete="off"
              value={texts.timeColumn}
              onChange={(event) => onChange({ timeColumn: event.target.value })}
            />
          )}
          {splits && texts.split === "host" && (
            <Field
              label="Column with the host"
              required
              autoComplete="off"
              value={texts.hostColumn}
              onChange={(event) => onChange({ hostColumn: event.target.value })}
            />
          )}
        </>
      )}
    </div>
  );
}
