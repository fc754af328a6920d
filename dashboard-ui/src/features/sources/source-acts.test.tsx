import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { ADA } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { fails, get, server } from "@/testing/server";
import { noContent, OURS, sourceServer } from "@/testing/source-fixtures";

let sent: ReturnType<typeof sourceServer>["sent"] = [];
let answers: ReturnType<typeof sourceServer>["answers"];

beforeEach(() => {
  ({ sent, answers } = sourceServer());
});

async function open() {
  const app = renderApp("/sources");
  await screen.findByRole("table", { name: "Sources" });
  return app;
}

async function choose(user: Awaited<ReturnType<typeof open>>["user"], item: string) {
  await user.click(await screen.findByRole("button", { name: "Actions for edge" }));
  await user.click(await screen.findByRole("menuitem", { name: item }));
}

describe("a configured source", () => {
  it("is configured otherwise, disabled with an undo, and removed after a question", async () => {
    answers("put", "/api/v2/sources/:name", () => HttpResponse.json(OURS));
    answers("delete", "/api/v2/sources/:name", noContent);
    const { user } = await open();
    await choose(user, "Configure");
    const port = await screen.findByLabelText("Port");
    await user.clear(port);
    await user.type(port, "5515");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent[0]?.body).toMatchObject({ format: "", options: { port: 5515 } }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await choose(user, "Disable");
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(sent.slice(1).map(({ body }) => body)).toEqual([{ enabled: false }, { enabled: true }]),
    );
    await choose(user, "Remove");
    const question = await screen.findByRole("dialog", { name: "Remove edge?" });
    await user.click(within(question).getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(sent.at(-1)?.method).toBe("delete"));
  });

  it("shows its rate and leads to its events; who may only read changes nothing", async () => {
    server.use(get("/api/v2/me", ADA));
    await open();
    expect(
      screen.getByRole("img", { name: "12/s over the last minute, at most 9 in five seconds" }),
    ).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "edge" })).toHaveAttribute(
      "href",
      "/events?range=all&where=source%3Dedge",
    );
    expect(screen.queryByRole("button", { name: "Add a source" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Actions for edge" })).toBeNull();
  });

  it("that keeps failing says why, and when it is tried again", async () => {
    server.use(
      get("/api/v2/sources", {
        items: [{ ...OURS, state: "retrying", error: "No such file.", retry_at: Date.now() * 1_000 }],
      }),
    );
    await open();
    expect(screen.getByText("No such file.")).toBeInTheDocument();
    expect(screen.getByText(/^Retrying/)).toBeInTheDocument();
    expect(screen.getByText(/^Next try/)).toBeInTheDocument();
  });

  it("that cannot be tested says so", async () => {
    server.use(fails("/api/v2/sources/:name/test"));
    const { user } = await open();
    await choose(user, "Test");
    expect(await screen.findByRole("alert")).toHaveTextContent("trace-123");
  });
});
