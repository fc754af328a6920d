import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";
import { makeSchedule } from "@/testing/schedule-fixtures";
import { get, server } from "@/testing/server";
import { makeTask, taskServer } from "@/testing/task-fixtures";

describe("what asked for a task", () => {
  it("is the schedule by its name", async () => {
    taskServer([makeTask({ origin: "schedule:sch_9" })]);
    server.use(
      get("/api/v2/scheduler/schedules", { items: [makeSchedule({ id: "sch_9", name: "Nightly export" })] }),
    );
    renderApp("/tasks");
    expect(await screen.findByText("schedule Nightly export")).toHaveAttribute("title", "schedule:sch_9");
  });

  it("is named by its kind where it has no name", async () => {
    taskServer([makeTask({ origin: "connection:con_1" })]);
    renderApp("/tasks");
    expect(await screen.findByText("dashboard or live client")).toHaveAttribute("title", "connection:con_1");
  });
});
