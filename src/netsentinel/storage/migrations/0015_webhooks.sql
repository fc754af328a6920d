-- Endpoints that are told of entries, what was delivered to them, and every attempt at it. Secrets are not stored:
-- they are derived from the server's key, the endpoint's id and the number of the generation.

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  subscriptions TEXT NOT NULL,
  sees_audit INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  stopped_by TEXT NOT NULL,
  generation BIGINT NOT NULL,
  older TEXT NOT NULL,
  failing_since BIGINT NOT NULL,
  delivered_at BIGINT NOT NULL,
  failed_at BIGINT NOT NULL,
  failure TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX webhooks_listening ON webhooks (tenant, created_at) WHERE enabled = 1;
CREATE INDEX webhooks_of ON webhooks (tenant, created_at);

CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  seq BIGINT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  task_id TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  revivals BIGINT NOT NULL,
  status BIGINT NOT NULL,
  error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
-- An entry is delivered to an endpoint once, whatever follows the journal again.
CREATE UNIQUE INDEX webhook_deliveries_entry ON webhook_deliveries (endpoint_id, seq) WHERE seq > 0;
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (tenant, endpoint_id, id DESC);
CREATE INDEX webhook_deliveries_task ON webhook_deliveries (tenant, task_id) WHERE task_id <> '';
CREATE INDEX webhook_deliveries_counted ON webhook_deliveries (tenant, created_at);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  delivery_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  tenant TEXT NOT NULL,
  at BIGINT NOT NULL,
  took BIGINT NOT NULL,
  status BIGINT NOT NULL,
  error TEXT NOT NULL,
  retry_after BIGINT NOT NULL,
  request_headers TEXT NOT NULL,
  response_headers TEXT NOT NULL,
  response_body TEXT NOT NULL,
  PRIMARY KEY (delivery_id, number)
);
