import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { makeModel, makeModelView, modelServer } from "@/testing/model-fixtures";
import { renderApp } from "@/testing/render-app";
import { at, get, server } from "@/testing/server";

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
  it("asks for rows and queues it", async () => {
    const sent = modelServer(makeModel());
    const { user } = renderApp("/models/mdl_1");
    await user.click(await screen.findByRole("button", { name: "Evaluate" }));
    const dialog = await screen.findByRole("dialog", { name: "Evaluate flows 3" });
    await user.click(within(dialog).getByRole("button", { name: "Evaluate" }));
    expect(await screen.findByText(/The evaluation has been queued/)).toBeInTheDocument();
    expect(sent[0]?.path).toBe("/api/v2/models/mdl_1/evaluate");
    expect(sent[0]?.body).toMatchObject({ path: "", rows_of: "flows" });
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
  it("takes a table from this computer, and windows have a line of their own", async () => {
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
    expect(within(dialog).getByLabelText("Line")).toHaveValue("windows");
    await user.click(within(dialog).getByRole("radio", { name: "A table" }));
    expect(within(dialog).getByLabelText("Line")).toHaveValue("flows");
    await user.upload(within(dialog).getByLabelText("Table to upload"), new File(["a,b"], "flows.csv"));
    await waitFor(() => expect(within(dialog).getByLabelText("Table")).toHaveValue("table:flows.csv"));
  });
});
