import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { eventRoutes, makeEvent } from "@/testing/event-fixtures";
import { renderApp } from "@/testing/render-app";
import { server } from "@/testing/server";

/** A source's name in the list: what may be shortened, and what is shown whole. */
const partsOf = async (name: string): Promise<(string | null)[]> =>
  [...((await screen.findByTitle(name)).firstElementChild?.children ?? [])].map((part) => part.textContent);

it("shows the last part of a source's name whole", async () => {
  server.use(
    ...eventRoutes([
      makeEvent({ id: "evt_1_1", source: "office-sensor:loaded_scripts" }),
      makeEvent({ id: "evt_1_2", source: "a-sensor-of-a-long-name" }),
    ]).routes,
  );
  renderApp("/events");
  expect(await partsOf("office-sensor:loaded_scripts")).toEqual(["office-sensor", ":loaded_scripts"]);
  expect(await partsOf("a-sensor-of-a-long-name")).toEqual(["a-sensor-of", "-a-long-name"]);
});
