import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { Review } from "@/lib/model";
import { ADA, at, NOW } from "@/testing/fixtures";
import { makeMedium, makeShown } from "@/testing/library-fixtures";
import { renderApp } from "@/testing/render-app";
import { get, server } from "@/testing/server";

function review(name: string, probability: number): Review {
  const end = { kind: "concept", text: "", origins: 1 } as const;
  return {
    id: `rev_${name}`,
    kind: "prerequisite",
    question: `Must b be understood before ${name}?`,
    source: { ...end, id: `cpt_${name}`, name },
    target: { ...end, id: "cpt_b", name: "b" },
    probability,
    is_held: false,
    reasons: ["the text says so"],
    evidence: [],
  };
}

/** The page with these suggestions, as the server has them; what was answered is told. */
function open(reviews: readonly Review[], refused = false) {
  const told: string[] = [];
  server.use(
    get("/api/v2/me", { ...ADA, permissions: [...ADA.permissions, "graph:write"] }),
    get("/api/v2/reviews", {
      items: reviews,
      open: { prerequisite: reviews.length, link: 0 },
      answered: 0,
      skipped: 0,
    }),
    http.post(at("/api/v2/reviews/:id/answer"), async ({ request, params }) => {
      told.push(`${String(params["id"])} ${JSON.stringify(await request.json())}`);
      return refused
        ? HttpResponse.json(
            { title: "Round in circles", status: 409, code: "prerequisite-cycle" },
            { status: 409 },
          )
        : HttpResponse.json({ id: "ans_1" });
    }),
    http.post(at("/api/v2/reviews/answers/:id/undo"), ({ params }) => {
      told.push(`undo ${String(params["id"])}`);
      return HttpResponse.json({ id: "ans_1" });
    }),
  );
  return { ...renderApp("/reviews"), told };
}

const questions = (): readonly string[] =>
  within(screen.getByRole("list", { name: "Suggestions" }))
    .getAllByRole("heading")
    .map((heading) => heading.textContent);

describe("the review queue", () => {
  it("names the text that a sentence stands in, and leads there", async () => {
    const said = { weight: 0.6, is_denied: false, by: "usr_1", at: NOW, sentence: "b comes before a." };
    server.use(
      get("/api/v2/media/med_1", makeShown(makeMedium({ id: "med_1", title: "A course on scans" }))),
    );
    open([
      { ...review("a", 0.5), evidence: [{ ...said, origin: "medium:med_1", position: "#First steps" }] },
    ]);
    const link = await screen.findByRole("link", { name: "A course on scans" });
    expect(link).toHaveAttribute("href", "/library/med_1");
    expect(screen.getByText(/· First steps/)).toBeInTheDocument();
    expect(screen.queryByText(/medium:/)).not.toBeInTheDocument();
  });

  it("defines the two in the order of the question", async () => {
    open([review("a", 0.5)]);
    await screen.findByText("Must b be understood before a?");
    expect(screen.getAllByRole("term").map((term) => term.textContent)).toEqual(["b", "a"]);
  });

  it("takes an answer at a key, lets the row leave at once, and takes it back", async () => {
    const { told } = open([review("a", 0.5), review("c", 0.6), review("d", 0.7)]);
    await screen.findByText("Must b be understood before a?");
    const user = userEvent.setup();
    await user.keyboard("j");
    await user.keyboard("n");
    expect(questions()).toEqual(["Must b be understood before a?", "Must b be understood before d?"]);
    await waitFor(() => expect(told).toEqual(['rev_c {"verdict":"deny","sentence":""}']));
    await user.keyboard("u");
    await waitFor(() => expect(questions()).toHaveLength(3));
    expect(told.at(-1)).toBe("undo ans_1");
  });

  it("brings back what the server refused", async () => {
    open([review("a", 0.5)], true);
    await screen.findByText("Must b be understood before a?");
    await userEvent.setup().keyboard("y");
    await screen.findByText("The answer was not taken");
    expect(questions()).toEqual(["Must b be understood before a?"]);
  });
});
