import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { CreatedKey, GivenPassword, NewApiKey, Role, UserItem } from "@/lib/model";

export const peopleKeys = {
  all: ["people"] as const,
  users: ["people", "users"] as const,
  keys: ["people", "keys"] as const,
};

export const usersQuery = queryOptions({
  queryKey: peopleKeys.users,
  queryFn: () => unwrap(api.GET("/api/v2/users")),
});

/** Every key, also those that work no more: they are few, and the page narrows them itself. */
export const keysQuery = queryOptions({
  queryKey: peopleKeys.keys,
  queryFn: () => unwrap(api.GET("/api/v2/api-keys", { params: { query: { all: true } } })),
});

const of = (id: string) => ({ params: { path: { user_id: id } } });

export function createUser(username: string, role: Role): Promise<GivenPassword> {
  return unwrap(api.POST("/api/v2/users", { body: { username, role } }));
}

export function changeUser(
  id: string,
  change: { readonly role?: Role; readonly enabled?: boolean },
): Promise<UserItem> {
  return unwrap(api.PATCH("/api/v2/users/{user_id}", { ...of(id), body: change }));
}

export function givePassword(id: string): Promise<GivenPassword> {
  return unwrap(api.POST("/api/v2/users/{user_id}/password", of(id)));
}

export function createKey(body: NewApiKey): Promise<CreatedKey> {
  return unwrap(api.POST("/api/v2/api-keys", { body }));
}

export async function revokeKey(id: string): Promise<void> {
  await settle(api.DELETE("/api/v2/api-keys/{key_id}", { params: { path: { key_id: id } } }));
}

export function refreshPeople(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: peopleKeys.all });
}
