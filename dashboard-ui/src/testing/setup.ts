/** What every test gets: matchers, a clean document, the fake server, and what jsdom lacks. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { setPreferences } from "@/lib/preferences";
import { FakeSocket } from "./fake-socket";
import { ownStyle } from "./own-style";
import { server } from "./server";

// A page's code loads when it is first opened; on a busy machine that takes longer than the usual second.
configure({ asyncUtilTimeout: 10_000 });

class NoResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** jsdom reads files through FileReader only. */
function readText(this: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(typeof reader.result === "string" ? reader.result : ""));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("unreadable")));
    reader.readAsText(this);
  });
}
if (!("text" in Blob.prototype)) Object.defineProperty(Blob.prototype, "text", { value: readText });

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", NoResizeObserver);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("scrollTo", () => {});
  window.getComputedStyle = ownStyle;
  Element.prototype.scrollIntoView = () => {};
  FakeSocket.all.length = 0;
});

afterEach(() => {
  cleanup();
  server.resetHandlers();
  sessionStorage.clear();
  localStorage.clear();
  setPreferences({ theme: "system", time: "local", shortcuts: true });
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

afterAll(() => {
  server.close();
});
