import { QueryClient } from "@tanstack/react-query";
import { asProblem } from "@/lib/problem";

const RETRIES = 2;

/** Only what may work the next time is tried again: no answer at all, or a fault of the server. */
function mayRetry(failures: number, error: Error): boolean {
  const { status } = asProblem(error);
  return failures < RETRIES && (status === 0 || status === 502 || status === 503 || status === 504);
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: mayRetry,
        // Live events keep what is shown current; a gap or a return to the tab asks again.
        staleTime: 60_000,
        gcTime: 5 * 60_000,
      },
      mutations: { retry: false },
    },
  });
}
