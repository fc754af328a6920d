import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { makeAlert } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { at, server } from "@/testing/server";

describe("the order by score", () => {
  it("is chosen at the header of the level, tells the score, and the header of the time ends it", async () => {
    const asked: URLSearchParams[] = [];
    const grave = makeAlert({ id: "grave", title: "Grave", score: 97 });
    server.use(
      http.get(at("/api/v2/alerts"), ({ request }) => {
        asked.push(new URL(request.url).searchParams);
        return HttpResponse.json({ items: [grave], next: null });
      }),
    );
    const { user, address } = renderApp("/alerts");
    const table = await screen.findByRole("table", { name: "Alerts" });
    expect(within(table).getByRole("columnheader", { name: "Last seen" })).toHaveAttribute(
      "aria-sort",
      "descending",
    );
    await user.click(within(table).getByRole("button", { name: "Level" }));
    await waitFor(() => expect(address()).toBe("/alerts?order=score"));
    expect(asked.at(-1)?.get("by_score")).toBe("true");
    const sorted = await screen.findByRole("table", { name: "Alerts" });
    expect(await within(sorted).findByText("score 97")).toBeInTheDocument();
    expect(within(sorted).getByRole("columnheader", { name: "Level, score" })).toHaveAttribute("aria-sort");
    expect(within(sorted).getByRole("columnheader", { name: "Last seen" })).not.toHaveAttribute("aria-sort");
    await user.click(within(sorted).getByRole("button", { name: "Last seen" }));
    await waitFor(() => expect(address()).toBe("/alerts"));
  });
});
