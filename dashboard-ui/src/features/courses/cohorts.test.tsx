import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { ADA, at, NOW } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { get, server } from "@/testing/server";

const TEACHER = { ...ADA, permissions: [...ADA.permissions, "courses:learn", "courses:teach"] };

describe("cohorts", () => {
  const NIGHT = {
    id: "coh_1",
    tenant: "default",
    name: "Night shift",
    members: ["usr_1", "usr_9"],
    created_by: "usr_1",
    created_at: NOW,
    updated_at: NOW,
    version: 4,
    hours: {
      time_zone: "Europe/Berlin",
      spans: [{ days: [1, 2, 3, 4, 5], begins: "22:00", ends: "06:00" }],
    },
  };

  function openCohorts(me: object = TEACHER) {
    const asked: { method: string; body: unknown; based: string | null }[] = [];
    const note = async ({ request }: { request: Request }) => {
      const body: unknown = request.method === "DELETE" ? null : await request.json();
      asked.push({ method: request.method, body, based: request.headers.get("If-Match") });
      return request.method === "DELETE" ? new HttpResponse(null, { status: 204 }) : HttpResponse.json(NIGHT);
    };
    server.use(
      get("/api/v2/me", { ...me }),
      get("/api/v2/cohorts/people", {
        items: [
          { id: "usr_1", name: "ada" },
          { id: "usr_2", name: "bob" },
        ],
      }),
      get("/api/v2/cohorts", { items: [NIGHT], next: null }),
      http.post(at("/api/v2/cohorts"), note),
      http.put(at("/api/v2/cohorts/:id"), note),
      http.delete(at("/api/v2/cohorts/:id"), note),
    );
    return { ...renderApp("/cohorts"), asked };
  }

  it("are gathered, changed without those who left, and deleted after a second press", async () => {
    const { user, asked } = openCohorts();
    expect(await screen.findByText("2 people: ada, somebody who left")).toBeVisible();
    expect(screen.getByText("Mon to Fri 22:00 to 06:00 the next day (Europe/Berlin)")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Edit Night shift" }));
    await user.click(screen.getByRole("checkbox", { name: "bob" }));
    await user.click(screen.getByRole("button", { name: "More hours" }));
    const [, saturday] = screen.getAllByRole("checkbox", { name: "Sat" });
    if (saturday) await user.click(saturday);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]).toEqual({
      method: "PUT",
      body: {
        name: "Night shift",
        members: ["usr_1", "usr_2"],
        hours: {
          time_zone: "Europe/Berlin",
          spans: [
            { days: [1, 2, 3, 4, 5], begins: "22:00", ends: "06:00" },
            { days: [1, 2, 3, 4, 5, 6], begins: "08:00", ends: "16:00" },
          ],
        },
      },
      based: '"4"',
    });
    await user.click(await screen.findByRole("button", { name: "New cohort" }));
    await user.type(screen.getByLabelText("Name"), "Day{Enter}");
    await waitFor(() =>
      expect(asked[1]).toMatchObject({ method: "POST", body: { name: "Day", members: [], hours: null } }),
    );
    await user.click(await screen.findByRole("button", { name: "Edit Night shift" }));
    await user.click(screen.getByRole("button", { name: "Delete…" }));
    expect(asked).toHaveLength(2);
    await user.click(screen.getByRole("button", { name: "Delete it for good" }));
    await waitFor(() => expect(asked[2]?.method).toBe("DELETE"));
  });

  it("are for those who teach", async () => {
    openCohorts(ADA);
    expect(await screen.findByRole("heading", { name: "For those who teach" })).toBeVisible();
  });
});
