import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { ADA, at } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";

const TEACHER = { ...ADA, permissions: [...ADA.permissions, "courses:learn", "courses:teach"] };

/** The page of an entity; what is sent for drills is told. */
function open(made: { added: number; undecided: number; items: object[] }) {
  const sent: unknown[] = [];
  server.use(
    get("/api/v2/me", TEACHER),
    get("/api/v2/practice/questions", { items: [], next: null }),
    http.post(at("/api/v2/practice/incident-drills"), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ left: 0, ...made });
    }),
  );
  return { ...renderApp("/threats/203.0.113.7"), sent };
}

it("makes drills of what was decided about an entity, and leads to them", async () => {
  const { user, address, sent } = open({ added: 2, undecided: 1, items: [{}, {}] });
  await user.click(await screen.findByRole("button", { name: "Make drills" }));
  await waitFor(() => expect(address()).toBe("/practice/drafts"));
  expect(sent).toEqual([{ entity: "203.0.113.7" }]);
  expect(await screen.findByText("2 drills to approve; 1 alert without a verdict")).toBeVisible();
});

it("says when there is nothing new, or nothing to make them of", async () => {
  const { user, address } = open({ added: 0, undecided: 0, items: [{}] });
  await user.click(await screen.findByRole("button", { name: "Make drills" }));
  expect(await screen.findByText("Its drill is there already")).toBeVisible();
  server.use(
    fails("/api/v2/practice/incident-drills", 409, { detail: "No alert about it has a verdict yet." }),
  );
  await user.click(screen.getByRole("button", { name: "Make drills" }));
  expect(await screen.findByText(/No alert about it has a verdict yet\./)).toBeVisible();
  expect(address()).toBe("/threats/203.0.113.7");
});

it("is for those who teach", async () => {
  renderApp("/threats/203.0.113.7");
  expect(await screen.findByRole("button", { name: "Report" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Make drills" })).toBeNull();
});
