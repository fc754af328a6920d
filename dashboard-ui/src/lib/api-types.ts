/**
 * The server's HTTP contract, in the shape that openapi-typescript generates (`npm run types` overwrites this file).
 * All times are integer microseconds since 1970-01-01 UTC.
 */
export interface components {
  schemas: {
    Level: "informational" | "low" | "medium" | "high" | "critical";
    AlertStatus: "open" | "acknowledged" | "closed";
    Verdict: "undecided" | "true_positive" | "false_positive" | "benign";
    Alert: {
      id: string;
      tenant: string;
      fingerprint: string;
      detector: string;
      rule_id: string;
      title: string;
      description: string;
      level: components["schemas"]["Level"];
      score: number;
      status: components["schemas"]["AlertStatus"];
      verdict: components["schemas"]["Verdict"];
      tags: string[];
      entity: string;
      entity_kind: string;
      src_ip: string;
      dst_ip: string;
      user: string;
      device: string;
      source: string;
      count: number;
      first_at: number;
      last_at: number;
      raised_at: number;
      updated_at: number;
      version: number;
    };
    MatchedField: { field: string; value: string; condition: string };
    AlertSample: { at: number; matched: components["schemas"]["MatchedField"][]; event: unknown };
    RuleText: {
      rule_id: string;
      title: string;
      description: string;
      false_positives: string[];
      references: string[];
      source: string;
    };
    AlertDetail: {
      alert: components["schemas"]["Alert"];
      rule: components["schemas"]["RuleText"];
      samples: components["schemas"]["AlertSample"][];
      related: components["schemas"]["Alert"][];
    };
    AlertPage: { items: components["schemas"]["Alert"][]; next: string | null };
    AlertPatch: {
      status?: components["schemas"]["AlertStatus"];
      verdict?: components["schemas"]["Verdict"];
    };
    Threat: {
      tenant: string;
      entity: string;
      entity_kind: string;
      score: number;
      alerts: number;
      level: components["schemas"]["Level"];
      tags: string[];
      first_at: number;
      last_at: number;
      at: number;
    };
    ThreatPage: { items: components["schemas"]["Threat"][]; next: string | null };
    ThreatDetail: { threat: components["schemas"]["Threat"]; alerts: components["schemas"]["Alert"][] };
    SourceStatus: {
      name: string;
      format: string;
      events: number;
      rejected: number;
      size: number;
      first_seen_at: number;
      last_seen_at: number;
      last_event_at: number;
      last_error: string;
      waiting: number;
    };
    SourceList: { items: components["schemas"]["SourceStatus"][] };
    RejectedLine: { at: number; line: string; reason: string };
    RejectedList: { items: components["schemas"]["RejectedLine"][] };
    Me: {
      id: string;
      name: string;
      kind: string;
      tenant: string;
      role: string;
      permissions: string[];
    };
    AuthState: { setup_needed: boolean; demo: boolean; version: string };
    SetupBody: { token: string; username: string; password: string };
    LoginBody: { username: string; password: string; tenant?: string };
    Problem: {
      type?: string;
      title: string;
      status: number;
      detail?: string;
      code?: string;
      trace_id?: string;
      retry_after?: number;
    };
  };
}

type Schemas = components["schemas"];
type Json<T> = { headers: Record<string, unknown>; content: { "application/json": T } };
type Failure = {
  headers: Record<string, unknown>;
  content: { "application/problem+json": Schemas["Problem"] };
};
type Empty = { headers: Record<string, unknown>; content?: never };
type Parameters<Query = never, Path = never> = {
  query?: Query;
  path?: Path;
  header?: never;
  cookie?: never;
};

type Get<T, Query = never> = {
  parameters: { query?: Query };
  responses: { 200: Json<T>; default: Failure };
};
type GetAt<T, Path, Query = never> = {
  parameters: { query?: Query; path: Path };
  responses: { 200: Json<T>; default: Failure };
};

export interface paths {
  "/auth/state": { parameters: Parameters; get: Get<Schemas["AuthState"]> };
  "/auth/setup": {
    parameters: Parameters;
    post: {
      requestBody: { content: { "application/json": Schemas["SetupBody"] } };
      responses: { 201: Json<Schemas["Me"]>; default: Failure };
    };
  };
  "/auth/login": {
    parameters: Parameters;
    post: {
      requestBody: { content: { "application/json": Schemas["LoginBody"] } };
      responses: { 200: Json<Schemas["Me"]>; default: Failure };
    };
  };
  "/auth/logout": {
    parameters: Parameters;
    post: { responses: { 204: Empty; default: Failure } };
  };
  "/api/v2/me": { parameters: Parameters; get: Get<Schemas["Me"]> };
  "/api/v2/alerts": {
    parameters: Parameters;
    get: Get<
      Schemas["AlertPage"],
      {
        status?: string;
        min_level?: string;
        entity?: string;
        source?: string;
        rule_id?: string;
        tag?: string;
        q?: string;
        since?: number;
        until?: number;
        limit?: number;
        cursor?: string;
      }
    >;
  };
  "/api/v2/alerts/{id}": {
    parameters: Parameters;
    get: GetAt<Schemas["AlertDetail"], { id: string }>;
    patch: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json": Schemas["AlertPatch"] } };
      responses: { 200: Json<Schemas["Alert"]>; default: Failure };
    };
  };
  "/api/v2/threats": {
    parameters: Parameters;
    get: Get<
      Schemas["ThreatPage"],
      { min_score?: number; kind?: string; q?: string; limit?: number; cursor?: string }
    >;
  };
  "/api/v2/threats/{entity}": {
    parameters: Parameters;
    get: GetAt<Schemas["ThreatDetail"], { entity: string }>;
  };
  "/api/v2/sources": { parameters: Parameters; get: Get<Schemas["SourceList"]> };
  "/api/v2/sources/{name}/rejected": {
    parameters: Parameters;
    get: GetAt<Schemas["RejectedList"], { name: string }, { limit?: number }>;
  };
}
