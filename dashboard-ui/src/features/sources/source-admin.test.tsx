import { render, screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";
import { at, server } from "@/testing/server";
import { OURS, SHELF, sourceServer } from "@/testing/source-fixtures";
import { OptionFields } from "./option-fields";
import { optionsOf, optionValues } from "./source-schema";

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

describe("a source", () => {
  it("is added with what its kind asks for, and tried out at once", async () => {
    answers("post", "/api/v2/sources", () => HttpResponse.json(OURS, { status: 201 }));
    const checks = [
      { ok: false, sentence: "Port 5514 is in use." },
      { ok: true, sentence: "TLS is not asked for." },
    ];
    answers("post", "/api/v2/sources/:name/test", () =>
      HttpResponse.json({ ok: false, sentence: "x", checks }),
    );
    const { user } = await open();
    await user.click(await screen.findByRole("button", { name: "Add a source" }));
    await user.click(await screen.findByRole("radio", { name: /Syslog/ }));
    expect(
      screen.getByText("This server lets sources listen on 127.0.0.1, ports 5000–6000."),
    ).toBeInTheDocument();
    await user.type(screen.getByLabelText("Name"), "edge");
    await user.click(screen.getByRole("checkbox", { name: "UDP" }));
    await user.type(screen.getByLabelText("Senders"), "192.0.2.0/24, 10.0.0.0/8");
    await user.selectOptions(screen.getByLabelText("Format"), "zeek");
    await user.click(screen.getByRole("button", { name: "Add and start" }));
    expect(await screen.findByText("It does not work.")).toBeInTheDocument();
    expect(screen.getByText("Port 5514 is in use.")).toBeInTheDocument();
    expect(sent[0]?.body).toEqual({
      name: "edge",
      kind: "syslog",
      format: "zeek",
      enabled: true,
      options: { port: 5514, transports: ["tcp"], tls: false, senders: ["192.0.2.0/24", "10.0.0.0/8"] },
    });
    expect(sent[1]?.path).toBe("/api/v2/sources/edge/test");
  });

  it("that programs post to gets its key with the command, once", async () => {
    answers("post", "/api/v2/sources", () =>
      HttpResponse.json({ ...OURS, name: "fw", kind: "http" }, { status: 201 }),
    );
    answers("post", "/api/v2/sources/:name/keys", () =>
      HttpResponse.json({ id: "key_1", source: "fw", text: "ns_key_abc", expires_at: 0 }, { status: 201 }),
    );
    const { user } = await open();
    await user.click(await screen.findByRole("button", { name: "Add a source" }));
    await user.type(await screen.findByLabelText("Name"), "fw");
    await user.click(screen.getByRole("button", { name: "Add and start" }));
    await user.click(await screen.findByRole("button", { name: "Make a key" }));
    expect(await screen.findByText(/Bearer ns_key_abc/)).toHaveTextContent("source=fw");
    expect(sent.at(-1)?.path).toBe("/api/v2/sources/fw/keys");
  });

  it("says why the server does not take it, and keeps what was typed", async () => {
    server.use(
      http.post(at("/api/v2/sources"), () =>
        HttpResponse.json({ title: "Conflict", status: 409, detail: "There is one." }, { status: 409 }),
      ),
    );
    const { user } = await open();
    await user.click(await screen.findByRole("button", { name: "Add a source" }));
    await user.type(await screen.findByLabelText("Name"), "edge");
    await user.click(screen.getByRole("button", { name: "Add and start" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("There is one.");
    expect(screen.getByLabelText("Name")).toHaveValue("edge");
  });
});

describe("the options of a kind", () => {
  it("are left to the server where they are empty", () => {
    const options = optionsOf(SHELF.kinds[1]?.schema ?? {});
    expect(options.map(({ name, kind, initial }) => [name, kind, initial])).toEqual([
      ["port", "number", "5514"],
      ["transports", "list", "udp\ntcp"],
      ["tls", "switch", ""],
      ["senders", "list", ""],
    ]);
    expect(optionValues(options, { port: "", tls: "true" })).toEqual({ tls: true });
    expect(optionValues(optionsOf(SHELF.kinds[2]?.schema ?? {}), {})).toEqual({ path: "" });
  });

  it("are chosen among the few there are, with what each means", () => {
    const meaning = "`move` it, or `keep` it.";
    const schema = {
      properties: { when_read: { enum: ["move", "keep"], default: "move", description: meaning } },
    };
    render(
      <OptionFields options={optionsOf(schema)} texts={{ when_read: "keep" }} onChange={() => undefined} />,
    );
    const choice = screen.getByRole("combobox", { name: "When read" });
    expect(choice).toHaveValue("keep");
    expect(choice).toHaveAccessibleDescription("move it, or keep it.");
  });
});
