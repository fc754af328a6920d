import { Link } from "@tanstack/react-router";
import { classes } from "@/components/classes";
import { actColumn, RowSub, rowLink } from "@/components/row-title";
import { Time } from "@/components/time";
import type { Column } from "@/components/virtual-table";
import type { Model } from "@/lib/model";
import { ModelMenu } from "./model-menu";
import { figure, isOverBudget, type ModelAct, percent } from "./model-words";
import styles from "./models-page.module.css";
import { StageMark } from "./stage-mark";

const column = (id: string, header: string, cell: Column<Model>["cell"]): Column<Model> => ({
  id,
  header,
  cell,
  className: styles[id],
});

function Name({ model: { id, name, kind } }: { readonly model: Model }) {
  return (
    <>
      <Link to="/models/$id" params={{ id }} className={rowLink} data-row-link>
        {name}
      </Link>
      <RowSub oneLine>{kind}</RowSub>
    </>
  );
}

function Fpr({ model: { scores } }: { readonly model: Model }) {
  return (
    <>
      <span className={styles["label"]}>False positives </span>
      <span className={classes(isOverBudget(scores) && styles["bad"])}>{percent(scores.realised_fpr)}</span>
      <RowSub>of {percent(scores.fpr_target)} allowed</RowSub>
    </>
  );
}

const COLUMNS: readonly Column<Model>[] = [
  column("name", "Model", (model) => <Name model={model} />),
  column("where", "Stage", (model) => <StageMark model={model} />),
  column("auc", "ROC AUC", ({ scores }) => <Labelled name="ROC AUC">{figure(scores.roc_auc)}</Labelled>),
  column("recall", "Recall at 0.1 %", ({ scores }) => (
    <Labelled name="Recall at 0.1 %">{percent(scores.recall_at_01, 1)}</Labelled>
  )),
  column("fpr", "False positives", (model) => <Fpr model={model} />),
  column("trained", "Trained", ({ trained_at: at, trained_by_name: by }) => (
    <>
      <span className={styles["label"]}>Trained </span>
      <Time at={at} />
      <RowSub oneLine>by {by}</RowSub>
    </>
  )),
];

/** On a phone, where no header stands above, a figure has its name beside it. */
function Labelled({ name, children }: { readonly name: string; readonly children: string }) {
  return (
    <>
      <span className={styles["label"]}>{name} </span>
      {children}
    </>
  );
}

/** With the menu for those who may deploy models. */
export function modelColumns(
  onAct: ((model: Model, act: ModelAct) => void) | undefined,
  mayPromote: boolean,
): readonly Column<Model>[] {
  if (onAct === undefined) return COLUMNS;
  return [
    ...COLUMNS,
    {
      id: "act",
      header: "Actions",
      cell: (model) => <ModelMenu model={model} mayPromote={mayPromote} onAct={onAct} />,
      className: actColumn,
    },
  ];
}
