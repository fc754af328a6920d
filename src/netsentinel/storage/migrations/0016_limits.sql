-- How much keys and tenants may ask for, what they asked for by day, and answers kept for repeated requests.

ALTER TABLE tenants ADD COLUMN tier TEXT NOT NULL DEFAULT 'standard';
-- Empty for a key that has its tenant's.
ALTER TABLE api_keys ADD COLUMN tier TEXT NOT NULL DEFAULT '';

CREATE TABLE usage_days (
  tenant TEXT NOT NULL,
  principal TEXT NOT NULL,
  class TEXT NOT NULL,
  day BIGINT NOT NULL,
  used BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  minute BIGINT NOT NULL,
  minute_used BIGINT NOT NULL,
  carried BIGINT NOT NULL,
  PRIMARY KEY (tenant, principal, class, day)
);
CREATE INDEX usage_days_by_day ON usage_days (day);

CREATE TABLE idempotency_keys (
  tenant TEXT NOT NULL,
  principal TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  attempt TEXT NOT NULL,
  locked_until BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body {blob} NOT NULL,
  PRIMARY KEY (tenant, principal, idempotency_key)
);
CREATE INDEX idempotency_keys_old ON idempotency_keys (expires_at);
