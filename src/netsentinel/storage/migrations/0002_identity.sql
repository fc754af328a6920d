CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO tenants (id, name, created_at) VALUES ('default', 'Default', 0);
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_login_at BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL,
    UNIQUE (tenant, name_key)
);
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (tenant, user_id);
CREATE INDEX sessions_idle ON sessions (last_seen_at);
CREATE INDEX sessions_old ON sessions (expires_at);
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);
CREATE INDEX api_keys_tenant ON api_keys (tenant, created_at);
CREATE TABLE ws_tickets (
    ticket_hash TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    ref TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ws_tickets_old ON ws_tickets (expires_at);
CREATE TABLE setup_door (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    token_hash TEXT NOT NULL,
    closed_at BIGINT NOT NULL
);
INSERT INTO setup_door (id, token_hash, closed_at) VALUES (1, '', 0);
