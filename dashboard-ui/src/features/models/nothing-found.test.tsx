import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FIGURES, makeModel, modelServer } from "@/testing/model-fixtures";
import { renderApp } from "@/testing/render-app";
import { get, server } from "@/testing/server";

describe("a model that finds nothing at its threshold", () => {
  it("says so on its page, and before it is let judge", async () => {
    const { scores } = makeModel();
    modelServer(makeModel({ scores: { ...scores, realised_recall: 0 } }));
    const { user } = renderApp("/models/mdl_1");
    expect(
      await screen.findByText("nothing at its threshold: as it is, it raises no alert"),
    ).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Deploy as shadow" }));
    expect(await screen.findByRole("dialog")).toHaveTextContent("found none of the 400 bad rows");
  });
});

describe("a model that has judged nothing", () => {
  it("has no share and no time", async () => {
    modelServer(makeModel({ stage: "shadow" }));
    const idle = { ...FIGURES, judged: 0, flagged: 0, flagged_share: 0, microseconds: 0 };
    server.use(get("/api/v2/models/:id/metrics", idle));
    renderApp("/models/monitoring?model=mdl_1");
    expect(await screen.findByText("measured once it judges")).toBeInTheDocument();
    expect(screen.getByText("Flagged").nextElementSibling).toHaveTextContent(/^–/);
    expect(screen.queryByText("0.0 µs")).toBeNull();
  });
});
