import { queryOptions } from "@tanstack/react-query";
import { api, settle, unwrap } from "@/lib/api";
import type { Me } from "@/lib/model";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => unwrap(api.GET("/api/v2/me"), true),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** Before the log-in: whether there is an administrator at all, and what server this is. */
export const authStateQuery = queryOptions({
  queryKey: ["auth-state"],
  queryFn: () => unwrap(api.GET("/auth/state"), true),
  staleTime: 60_000,
});

export function login(username: string, password: string, tenant: string): Promise<Me> {
  return unwrap(api.POST("/auth/login", { body: { username, password, tenant } }), true);
}

export function setUp(token: string, username: string, password: string): Promise<Me> {
  return unwrap(api.POST("/auth/setup", { body: { token, username, password } }), true);
}

export async function logout(): Promise<void> {
  await settle(api.POST("/auth/logout"), true);
}

/** Another password for whoever is logged in; the other sessions end. */
export async function changePassword(old_password: string, password: string): Promise<void> {
  await settle(api.POST("/auth/password", { body: { old_password, password } }));
}
