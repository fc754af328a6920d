/** What every test gets: matchers, a clean document, the fake server, and what jsdom lacks. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { setPreferences } from "@/lib/preferences";
import { FakeSocket } from "./fake-socket";
import { server } from "./server";

class NoResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

// A busy machine may take its time; what is there is found at once.
configure({ asyncUtilTimeout: 5_000 });

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", NoResizeObserver);
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("scrollTo", () => {});
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
