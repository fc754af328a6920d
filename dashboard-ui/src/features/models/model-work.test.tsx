import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { NOW } from "@/testing/fixtures";
import { makeModel, makeModelView, modelServer } from "@/testing/model-fixtures";
import { renderApp } from "@/testing/render-app";
import { at, fails, get, server } from "@/testing/server";
import { makeTask, makeView } from "@/testing/task-fixtures";
import { reportOf } from "./model-report";

describe("a comparison", () => {
  it("lays figures and curves of two models side by side", async () => {
    const [one, two] = [makeModel(), makeModel({ id: "mdl_2", name: "flows 2", number: 2, data_hash: "77" })];
    modelServer(one);
    server.use(
      get("/api/v2/models", { items: [one, two], next: null, missing: "" }),
      get("/api/v2/models/compare", { items: [makeModelView(one), makeModelView(two)] }),
    );
    const { user } = renderApp("/models/mdl_1");
    await user.selectOptions(await screen.findByLabelText("Compare with"), "mdl_2");
    expect(await screen.findByRole("row", { name: "ROC AUC 0.981 0.981" })).toBeInTheDocument();
    expect(
      screen.getByRole("img", { name: /^ROC curves: area 0.981 of flows 3, 0.981 of flows 2/ }),
    ).toBeVisible();
    expect(screen.getByText(/measured on different rows/)).toBeInTheDocument();
  });
});

describe("an evaluation", () => {
  it("asks for rows, queues it and leads to what comes of it", async () => {
    const sent = modelServer(makeModel());
    const { user, address } = renderApp("/models/mdl_1");
    await user.click(await screen.findByRole("button", { name: "Evaluate" }));
    const dialog = await screen.findByRole("dialog", { name: "Evaluate flows 3" });
    await user.click(within(dialog).getByRole("button", { name: "Evaluate" }));
    await waitFor(() => expect(address()).toBe("/models/evaluations/mdl_1")); // the server made up answers with the model
    expect(sent[0]?.path).toBe("/api/v2/models/mdl_1/evaluate");
    expect(sent[0]?.body).toMatchObject({ path: "", rows_of: "flows" });
  });

  it("shows figures beside those of the training, curves, and a threshold that costs too much", async () => {
    const model = makeModel();
    modelServer(model);
    const { curves } = reportOf(makeModelView(model).report) ?? {};
    const scores = { ...model.scores, roc_auc: 0.871, realised_fpr: 0.02 };
    const result = {
      model: "mdl_1",
      data: "The table lab.csv",
      data_hash: "c0ffee",
      at: NOW,
      threshold: 0.25,
      scores,
      curves,
    };
    const task = makeTask({ id: "tsk_9", action: "models.evaluate", state: "succeeded" });
    server.use(get("/api/v2/tasks/tsk_9", makeView(task, { input: { model: "mdl_1" }, result })));
    renderApp("/models/evaluations/tsk_9");
    expect(await screen.findByRole("heading", { name: "Evaluation of flows 3" })).toBeInTheDocument();
    expect(screen.getByRole("row", { name: "ROC AUC 0.871 0.981" })).toBeInTheDocument();
    expect(screen.getByRole("row", { name: "Threshold 0.25 0.4127" })).toBeInTheDocument();
    expect(screen.getByText(/costs more benign rows than it may/)).toBeInTheDocument();
    expect(screen.getByRole("img", { name: /the threshold is 0.250$/ })).toBeInTheDocument();
    expect(screen.getByText("The table lab.csv")).toBeInTheDocument();
  });

  it("says how far it is, and what is no evaluation", async () => {
    modelServer(makeModel());
    const running = makeTask({ id: "tsk_9", action: "models.evaluate", state: "running", percent: 40 });
    server.use(
      get("/api/v2/tasks/tsk_9", makeView(running, { input: { model: "mdl_1" } })),
      get("/api/v2/tasks/tsk_8", makeView(makeTask({ id: "tsk_8", action: "reports.make" }))),
    );
    const first = renderApp("/models/evaluations/tsk_9");
    expect(await screen.findByRole("progressbar")).toBeInTheDocument();
    first.unmount();
    renderApp("/models/evaluations/tsk_8");
    expect(await screen.findByText("This task is no evaluation")).toBeInTheDocument();
  });
});

describe("a canary", () => {
  it("says in the server's words why its share is refused", async () => {
    const said = "A canary for more than 20 % of the entities needs the permission models:promote.";
    modelServer(makeModel({ stage: "canary", share: 0.1 }), ["models:write"]);
    server.use(fails("/api/v2/models/mdl_1/deploy", 403, { title: "Not allowed", detail: said }));
    const { user } = renderApp("/models/mdl_1");
    await user.click(await screen.findByRole("button", { name: "Change the share" }));
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Change the share" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(said);
  });
});

describe("learning on", () => {
  it("is asked for where a model can", async () => {
    const sent = modelServer(makeModel({ kind: "behaviour", can_adapt: true }));
    const { user } = renderApp("/models/mdl_1");
    await user.click(await screen.findByRole("button", { name: "Deploy as shadow" }));
    const dialog = await screen.findByRole("dialog", { name: /Deploy as shadow/ });
    await user.click(within(dialog).getByRole("checkbox", { name: /goes on learning/ }));
    await user.click(within(dialog).getByRole("button", { name: "Deploy as shadow" }));
    await waitFor(() => expect(sent[0]?.body).toMatchObject({ stage: "shadow", adapts: true }));
  });

  it("says what has to be installed first", async () => {
    modelServer(makeModel());
    server.use(get("/api/v2/models", { items: [], next: null, missing: "Install them with: pip install x" }));
    renderApp("/models/training");
    expect(await screen.findByText(/No models can be trained.*pip install x/)).toBeInTheDocument();
  });
});

describe("a table", () => {
  it("takes a table from this computer, which names the line, and windows have a model of their own", async () => {
    modelServer(makeModel(), ["models:write", "sources:write"]);
    server.use(
      http.put(at("/api/v2/models/tables/:table"), ({ params }) => {
        const name = String(params["table"]);
        return HttpResponse.json({ name, path: `table:${name}`, size: 3, uploaded_at: 1 }, { status: 201 });
      }),
    );
    const { user } = renderApp("/models/training");
    await user.click(await screen.findByRole("button", { name: "Train a model" }));
    const dialog = await screen.findByRole("dialog", { name: "Train a model" });
    await user.click(within(dialog).getByRole("radio", { name: "What entities do" }));
    expect(within(dialog).getByLabelText("Line")).toHaveAccessibleDescription(/Empty: windows\./);
    expect(within(dialog).getByLabelText("Model")).toHaveValue("behaviour");
    await user.click(within(dialog).getByRole("radio", { name: "A table" }));
    expect(within(dialog).getByLabelText("Line")).toHaveAccessibleDescription(/Empty: the table's name\./);
    expect(within(dialog).getByLabelText("Model")).toHaveValue("flow-classifier");
    await user.upload(within(dialog).getByLabelText("Table to upload"), new File(["a,b"], "flows.csv"));
    await waitFor(() => expect(within(dialog).getByLabelText("Table")).toHaveValue("table:flows.csv"));
  });
});
