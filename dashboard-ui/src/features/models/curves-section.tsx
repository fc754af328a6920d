import { Section } from "@/components/section";
import { formatNumber } from "@/lib/number";
import { CurvePlot, Legend } from "./curve-plot";
import { DistributionPlot } from "./distribution-plot";
import styles from "./model-page.module.css";
import type { ModelReport } from "./model-report";
import { figure, percent } from "./model-words";

interface CurvesProps {
  readonly report: Pick<ModelReport, "curves" | "scores">;
  readonly threshold: number;
  readonly title?: string;
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** How the model did on rows that it had not seen. */
export function CurvesSection({
  report: { curves, scores },
  threshold,
  title = "On rows that it had not seen",
}: CurvesProps) {
  const isKnown = curves.roc.length > 0;
  return (
    <Section title={title}>
      {!isKnown && <p className="muted">No row was known to be bad, so there are no curves.</p>}
      {isKnown && (
        <div className={styles["plots"]}>
          <figure>
            <figcaption>
              ROC <strong>{figure(scores.roc_auc)}</strong>
            </figcaption>
            <CurvePlot
              label={`ROC curve: area ${figure(scores.roc_auc)}, recall ${percent(scores.recall_at_01, 1)} at 0.1 % and ${percent(scores.recall_at_1, 1)} at 1 % false positives`}
              x="False positives"
              y="Recall"
              curves={[{ name: "roc", points: curves.roc, colour: 1 }]}
              decades
            />
          </figure>
          <figure>
            <figcaption>
              Precision and recall <strong>{figure(scores.pr_auc)}</strong>
            </figcaption>
            <CurvePlot
              label={`Precision over recall: area ${figure(scores.pr_auc)}`}
              x="Recall"
              y="Precision"
              curves={[{ name: "pr", points: curves.precision_recall, colour: 1 }]}
            />
          </figure>
          <figure>
            <figcaption>
              Calibration, off by <strong>{percent(scores.calibration_error, 1)}</strong>
            </figcaption>
            <CurvePlot
              label={`Calibration: what was so over what was said, off by ${percent(scores.calibration_error, 1)} on average`}
              x="Predicted"
              y="Observed"
              curves={[
                {
                  name: "calibration",
                  points: curves.calibration.map(({ predicted, observed }) => ({
                    x: predicted,
                    y: observed,
                  })),
                  colour: 2,
                  marked: true,
                },
              ]}
              diagonal
            />
          </figure>
        </div>
      )}
      <figure>
        <figcaption>
          Rows by probability, from 0 to 1; heights are logarithmic, the dashed line is the threshold
        </figcaption>
        <DistributionPlot
          label={`${formatNumber(sum(curves.benign))} benign and ${formatNumber(sum(curves.bad))} bad rows by probability; the threshold is ${threshold.toPrecision(3)}`}
          below={curves.benign}
          above={curves.bad}
          threshold={threshold}
        />
        <Legend
          names={[
            ["Benign", 1],
            ["Bad", 2],
          ]}
        />
      </figure>
    </Section>
  );
}
