import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { makeAlert, makeDetail } from "@/testing/fixtures";
import { DRIFT, makeModel, modelServer } from "@/testing/model-fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";
import { partsOf } from "./card-text";
import { decadePlace } from "./curve-plot";
import { heightsOf } from "./distribution-plot";
import { reportOf } from "./model-report";
import { parseModelSearch } from "./model-search";
import { actName, actsOn, percent, type Stage } from "./model-words";
import { FRESH, trainingOf } from "./train-draft";

describe("the registry", () => {
  it("lists models with their figures, and asks before one is deployed", async () => {
    const sent = modelServer(makeModel());
    const { user } = renderApp("/models");
    const row = await screen.findByRole("row", { name: /flows 3/ });
    expect(row).toHaveTextContent("TrainedROC AUC 0.981Recall at 0.1 % 91.2 %");
    await user.click(within(row).getByRole("button", { name: "Actions for flows 3" }));
    await user.click(await screen.findByRole("menuitem", { name: "Deploy as shadow" }));
    const dialog = await screen.findByRole("dialog", { name: "Deploy as shadow: flows 3" });
    expect(dialog).toHaveTextContent("what it says is only counted");
    await user.type(within(dialog).getByLabelText("Why"), "as agreed");
    expect(sent).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Deploy as shadow" }));
    expect(await screen.findByText("Done: Deploy as shadow, flows 3")).toBeInTheDocument();
    expect(sent).toEqual([
      {
        path: "/api/v2/models/mdl_1/deploy",
        body: { stage: "shadow", share: 1, adapts: false, note: "as agreed" },
      },
    ]);
  });

  it("keeps its filters in the address, and says when there is nothing", async () => {
    modelServer(makeModel());
    server.use(get("/api/v2/models", { items: [], next: null }));
    const { user, address } = renderApp("/models?line=office");
    expect(await screen.findByText("No model matches these filters")).toBeInTheDocument();
    await user.click(screen.getByRole("radio", { name: "That judge" }));
    await waitFor(() => expect(address()).toBe("/models?line=office&which=judging"));
    await user.click(screen.getByRole("button", { name: "Reset the filters" }));
    expect(await screen.findByText("No model so far")).toBeInTheDocument();
  });

  it("offers nothing to those who may only look", async () => {
    modelServer(makeModel(), []);
    renderApp("/models");
    await screen.findByRole("row", { name: /flows 3/ });
    expect(screen.queryByRole("button", { name: "Actions for flows 3" })).not.toBeInTheDocument();
  });
});

describe("a model", () => {
  it("shows its curves, what moves it, its card as text, and its history", async () => {
    modelServer(makeModel({ stage: "promoted", alias: "champion" }));
    renderApp("/models/mdl_1");
    expect(await screen.findByRole("heading", { name: "flows 3" })).toBeInTheDocument();
    expect(screen.getByRole("img", { name: /^ROC curve: area 0.981, recall 91.2 %/ })).toBeInTheDocument();
    expect(screen.getByRole("img", { name: /^2,600 benign and 400 bad rows/ })).toBeInTheDocument();
    expect(screen.getByText("Judges flows <b>as they come.")).toBeInTheDocument();
    expect(screen.getByText("bytes_out")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Monitoring", hidden: false })).toBeInTheDocument();
  });

  it("changes a canary's share, and promotes only those who may", async () => {
    const sent = modelServer(makeModel({ stage: "canary", share: 0.1 }), ["models:write"]);
    const { user } = renderApp("/models/mdl_1");
    await user.click(await screen.findByRole("button", { name: "Change the share" }));
    expect(screen.queryByRole("button", { name: "Promote" })).not.toBeInTheDocument();
    const share = screen.getByLabelText("Share of the entities, in percent");
    expect(share).toHaveValue(10);
    await user.clear(share);
    await user.type(share, "25");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Change the share" }));
    expect(await screen.findByText(/^Done: Change the share/)).toBeInTheDocument();
    expect(sent[0]?.body).toEqual({ stage: "canary", share: 0.25, adapts: false, note: "" });
  });

  it("says why something was not done", async () => {
    modelServer(makeModel({ stage: "canary" }));
    server.use(fails("/api/v2/models/mdl_1/promote", 403, { detail: "Another person has to agree." }));
    const { user } = renderApp("/models/mdl_1");
    await user.click(await screen.findByRole("button", { name: "Promote" }));
    const dialog = screen.getByRole("dialog");
    expect(dialog).toHaveTextContent("false positives 0.09 % where 0.1 % are allowed");
    await user.click(within(dialog).getByRole("button", { name: "Promote" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("Another person has to agree.");
  });
});

describe("training", () => {
  it("asks for a model and says so", async () => {
    const sent = modelServer(makeModel());
    const { user } = renderApp("/models/training");
    await user.click(await screen.findByRole("button", { name: "Train a model" }));
    const dialog = await screen.findByRole("dialog", { name: "Train a model" });
    await user.selectOptions(within(dialog).getByLabelText("Model"), "isolation-forest");
    await user.type(within(dialog).getByLabelText("Only events with"), "source=office\n\ndst_port=443");
    await user.click(within(dialog).getByRole("button", { name: "Start the training" }));
    expect(await screen.findByText("The training has been queued")).toBeInTheDocument();
    expect(sent[0]?.body).toMatchObject({
      kind: "isolation-forest",
      where: ["source=office", "dst_port=443"],
      most: 200_000,
      fpr: 0.001,
    });
  });

  it("states a table with the columns that its split needs", () => {
    const table = {
      ...FRESH,
      from: "table",
      path: " /data/a.csv ",
      split: "time",
      timeColumn: "ts",
      search: "1.5",
    } as const;
    expect(trainingOf(table)).toMatchObject({ path: "/data/a.csv", time_column: "ts", search_seconds: 90 });
    expect(trainingOf(table)).not.toHaveProperty("benign");
    expect(trainingOf(table)).not.toHaveProperty("line");
    expect(trainingOf({ ...table, line: " mine " }).line).toBe("mine");
    const benign = "flow=From-Normal*\n\n flow=Background* ";
    expect(trainingOf({ ...table, benign }).benign).toEqual(["flow=From-Normal*", "flow=Background*"]);
    expect(trainingOf({ ...FRESH, benign })).not.toHaveProperty("benign");
    expect(trainingOf({ ...table, from: "events" })).toMatchObject({
      path: "",
      label: "label",
      time_column: "",
    });
    expect(trainingOf({ ...FRESH, split: "host", hostColumn: " src " }).host_column).toBe("");
  });
});

describe("monitoring", () => {
  it("says what drifted, and by how much", async () => {
    modelServer(makeModel({ stage: "promoted", alias: "champion" }));
    renderApp("/models/monitoring");
    expect(await screen.findByText("Drifted")).toBeInTheDocument();
    expect(screen.getByText(/^The population stability index is 0.311/)).toBeInTheDocument();
    expect(screen.getByText("1 of 2 moved by 0.25 or more; the farthest stand first.")).toBeInTheDocument();
    expect(screen.getByText("1 of 4 decided alerts were wrong")).toBeInTheDocument();
    expect(screen.getByRole("combobox", { name: "Model" })).toHaveDisplayValue("flows 3 · Champion");
  });

  it("says that too little was judged, and that no model judges", async () => {
    modelServer(makeModel({ stage: "shadow" }));
    server.use(
      get("/api/v2/models/:id/drift", { ...DRIFT, state: "unknown", judged: 12, features: [], change: null }),
    );
    const { unmount } = renderApp("/models/monitoring?model=mdl_1");
    expect(await screen.findByText(/^It has judged 12 rows; from 1,000 on/)).toBeInTheDocument();
    unmount();
    server.use(get("/api/v2/models", { items: [], next: null }));
    renderApp("/models/monitoring");
    expect(await screen.findByText("No model judges events")).toBeInTheDocument();
  });
});

describe("an alert that a model raised", () => {
  const reason = {
    feature: "ports",
    value: "412",
    says: "it asked many ports",
    direction: "for",
    usual: "1 to 6",
  };
  const finding = { at: 1, probability: "0.9931", threshold: "0.4127", version: "4", reasons: [reason] };

  it("says which features moved the probability", async () => {
    const alert = makeAlert({ detector: "models" });
    server.use(
      get("/api/v2/alerts/:id", { ...makeDetail(), alert }),
      get("/api/v2/models/explanations/:id", {
        alert_id: alert.id,
        line: "flows",
        version: "4",
        model_id: "mdl_4",
        findings: [finding],
      }),
    );
    renderApp(`/alerts/${alert.id}`);
    const table = await screen.findByRole("table", { name: /^Features that moved the probability/ });
    expect(table).toHaveTextContent("412");
    expect(table).toHaveTextContent("▲ for an attack");
    expect(screen.getByRole("link", { name: "flows 4" })).toHaveAttribute("href", "/models/mdl_4");
  });
});

describe("words and places", () => {
  it.each<[Stage, readonly string[]]>([
    ["trained", ["shadow", "retire"]],
    ["promoted", ["rollback"]],
    ["retired", []],
  ])("knows what can be done about one that is %s", (stage, acts) => {
    expect(actsOn(makeModel({ stage }))).toEqual(acts);
  });

  it("lets one that cannot judge events only retire, and names a second person's word", () => {
    expect(actsOn(makeModel({ servable: false }))).toEqual(["retire"]);
    expect(actsOn(makeModel({ stage: "a later version's" }))).toEqual([]);
    const request = { by: "usr_2", by_name: "bob", at: 1, note: "" };
    expect(actName("promote", makeModel({ stage: "canary", request }))).toBe("Agree to the promotion");
  });

  it("writes shares, and places them", () => {
    expect([percent(null), percent(0.00094), percent(1)]).toEqual(["–", "0.09 %", "100 %"]);
    expect([decadePlace(1), decadePlace(0.0001), decadePlace(0)]).toEqual([1, 0, 0]);
    expect(decadePlace(0.01)).toBeCloseTo(0.5);
    const [none, one, many] = heightsOf([0, 1, 999]);
    expect(none).toBe(0);
    expect(one).toBeCloseTo(0.25);
    expect(many).toBeCloseTo(1, 2);
    expect(heightsOf([0, 0])).toEqual([0, 0]);
  });

  it("reads addresses, cards and reports, and none", () => {
    expect(parseModelSearch({ line: "", which: "no" })).toEqual({});
    expect(parseModelSearch({ line: "flows", which: "judging" })).toEqual({
      line: "flows",
      which: "judging",
    });
    expect(partsOf("# t\n## A\ntext `b`\n| x | y |\n|---|---|\n| 1 | 2 |\n").map(({ kind }) => kind)).toEqual(
      ["heading", "text", "table"],
    );
    expect(reportOf({})).toBeUndefined();
  });
});
