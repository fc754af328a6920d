/** The HTTP client: typed by the API's own description, same origin, session by cookie. */
import createClient from "openapi-fetch";
import type { paths } from "./api-types";
import { ProblemError, problemFrom } from "./problem";

type Listener = () => void;
const loggedOut = new Set<Listener>();

/** Calls back whenever the server says that there is no valid session any more. */
export function onLoggedOut(listener: Listener): () => void {
  loggedOut.add(listener);
  return () => loggedOut.delete(listener);
}

export function announceLoggedOut(): void {
  for (const listener of loggedOut) listener();
}

export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  credentials: "same-origin",
  headers: { Accept: "application/json" },
  // Looked up per call, so that a test may replace it.
  fetch: (request) => globalThis.fetch(request),
});

api.use({
  onRequest({ request }) {
    // A header that another site's form cannot send; the server asks for it on unsafe methods (CSRF).
    request.headers.set("X-NetSentinel-Request", "1");
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer of a call that succeeded, or a thrown `ProblemError`. A 401 also tells everyone at `onLoggedOut`. */
export async function settle<T>(call: Promise<Answer<T>>, expects401 = false): Promise<Answer<T>> {
  const answer = await call;
  const { error, response } = answer;
  if (response.ok) return answer;
  if (response.status === 401 && !expects401) announceLoggedOut();
  throw new ProblemError(problemFrom(error, response));
}

/** The data of a call, or a thrown `ProblemError`. */
export async function unwrap<T>(call: Promise<Answer<T>>, expects401 = false): Promise<T> {
  const { data, response } = await settle(call, expects401);
  if (data !== undefined) return data;
  throw new ProblemError(
    problemFrom({ title: "The server's answer was empty", code: "empty-answer" }, response),
  );
}
