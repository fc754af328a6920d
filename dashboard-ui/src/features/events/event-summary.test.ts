import { describe, expect, it } from "vitest";
import { makeEvent } from "@/testing/event-fixtures";
import { summaryOf } from "./event-summary";

describe("what happened", () => {
  it("in one line", () => {
    expect(summaryOf(makeEvent())).toBe("dns · example.org");
    const started = { app_protocol: "", protocol: "", domain: "", process: "sh", command_line: "sh -c id" };
    expect(summaryOf(makeEvent(started))).toBe("sh -c id");
    expect(summaryOf(makeEvent({ url: "/a", action: "blocked", user: "ada" }))).toBe(
      "blocked · dns · example.org/a · ada",
    );
    const windows = { ...started, class_uid: 0, src_ip: "", dst_ip: "", device: "PC04", product: "windows" };
    expect(summaryOf(makeEvent({ ...windows, service: "sysmon", category: "process_creation" }))).toBe(
      "process creation · sh -c id · PC04",
    );
    const logged = { ...windows, process: "", command_line: "", service: "security", category: "" };
    expect(summaryOf(makeEvent({ ...logged, event_code: "5145" }))).toBe("security 5145 · PC04");
    expect(summaryOf(makeEvent({ ...logged, service: "sshd", message: "Connection closed" }))).toBe(
      "sshd · Connection closed · PC04",
    );
    const zeek = { ...logged, product: "zeek", service: "loaded_scripts", event_code: "loaded_scripts" };
    expect(summaryOf(makeEvent({ ...zeek, device: "loaded_scripts" }))).toBe("loaded_scripts");
    const access = { ...logged, class_uid: 1007, service: "sysmon", category: "process_access" };
    const native = { SourceImage: "C:\\a.exe", TargetImage: "C:\\lsass.exe" };
    expect(summaryOf(makeEvent({ ...access, native }))).toBe(
      "process access · C:\\a.exe → C:\\lsass.exe · PC04",
    );
    const asked = { app_protocol: "http", class_uid: 4002, url: "/a", http_method: "GET", http_status: 404 };
    expect(summaryOf(makeEvent(asked))).toBe("http · GET example.org/a 404");
    const bare = makeEvent({
      app_protocol: "",
      protocol: "",
      domain: "",
      service: "",
      category: "",
      product: "",
    });
    expect(summaryOf(bare)).toBe("–");
  });
});
