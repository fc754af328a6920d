import { fireEvent, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { asRecord } from "@/lib/json";
import { PROBLEM } from "@/testing/fixtures";
import { renderApp } from "@/testing/render-app";
import { ruleHandlers } from "@/testing/rule-fixtures";
import { at, server } from "@/testing/server";

const GOOD = {
  id: "r9",
  title: "Fresh",
  level: "high",
  product: "zeek",
  category: "",
  service: "http",
  tags: [],
  patterns: 0,
  takes_place_of: "NetSentinel",
};

beforeEach(() =>
  server.use(
    ...ruleHandlers,
    http.post(at("/api/v2/rules/check"), async ({ request }) => {
      const bad = String(asRecord(await request.json())["text"]).includes("bad");
      return HttpResponse.json(
        bad
          ? { rules: [], faults: [{ detail: "No such modifier", path: "rule.yml", line: 2, column: 3 }] }
          : { rules: [GOOD], faults: [] },
      );
    }),
    http.post(at("/api/v2/rules"), () =>
      HttpResponse.json({ pack: {}, rules: ["r9"], faults: [] }, { status: 201 }),
    ),
  ),
);

async function open() {
  const app = renderApp("/rules");
  await app.user.click(await screen.findByRole("button", { name: "Add a rule" }));
  return { ...app, text: await screen.findByLabelText<HTMLTextAreaElement>("Sigma rule as YAML") };
}

const file = (name: string, body: string) => new File([body], name, { type: "text/yaml" });

describe("adding a rule", () => {
  it("checks while one writes, and leads to the line that fails", async () => {
    const { user, text } = await open();
    await user.type(text, "title: x{Enter}bad: y");
    const place = await screen.findByRole("button", { name: "Line 2, column 3" });
    expect(screen.getByText("No such modifier")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Add the rule" })).toBeDisabled();
    await user.click(place);
    expect(text).toHaveFocus();
    expect(text.value.slice(text.selectionStart, text.selectionEnd)).toBe("bad: y");
  });

  it("adds what loads and shows it", async () => {
    const { user, text, address } = await open();
    await user.click(screen.getByRole("button", { name: "Start from a pattern" }));
    expect(text.value).toMatch(/^id: [0-9a-f-]{36}$/m);
    expect(await screen.findByText("Fresh")).toBeInTheDocument();
    expect(screen.getByText(/asked for every event: slow · takes the place/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Add the rule" }));
    await waitFor(() => expect(address()).toBe("/rules/r9"));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("reads files, chosen or dropped, and says when they are too large", async () => {
    const { user, text } = await open();
    await user.upload(screen.getByLabelText("Rule files"), [
      file("b.yml", "title: b\n"),
      file("a.yml", "---\ntitle: a\n"),
    ]);
    await waitFor(() => expect(text.value).toBe("title: a\n---\ntitle: b"));
    fireEvent.drop(text, { dataTransfer: { files: [file("c.yml", "title: c")] } });
    await waitFor(() => expect(text.value).toBe("title: c"));
    fireEvent.drop(text, { dataTransfer: { files: [file("d.yml", "#".repeat(600_000))] } });
    expect(await screen.findByText(/larger than 512 KiB/)).toBeInTheDocument();
    expect(text.value).toBe("title: c");
  });

  it("keeps the text and says why when the server refuses", async () => {
    server.use(
      http.post(at("/api/v2/rules"), () =>
        HttpResponse.json({ ...PROBLEM, detail: "The id r9 is already used." }, { status: 409 }),
      ),
    );
    const { user, text } = await open();
    await user.type(text, "title: x");
    const add = screen.getByRole("button", { name: "Add the rule" });
    await waitFor(() => expect(add).toBeEnabled());
    await user.click(add);
    expect(await screen.findByText("The id r9 is already used.")).toBeInTheDocument();
    expect(text.value).toBe("title: x");
  });
});
