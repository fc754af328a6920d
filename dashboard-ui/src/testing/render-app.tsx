/** The whole dashboard at one address, with a memory instead of an address bar. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { makeQueryClient } from "@/app/query-client";
import { makeRouter } from "@/app/router";

export function renderApp(path: string) {
  const queryClient = makeQueryClient();
  queryClient.setDefaultOptions({ queries: { retry: false, staleTime: 60_000 } });
  const router = makeRouter(queryClient, createMemoryHistory({ initialEntries: [path] }));
  const user = userEvent.setup({ delay: null });
  const view = render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...view, user, router, queryClient, address: () => router.state.location.href };
}
