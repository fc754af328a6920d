-- Circuit breakers, one per dependency of a tenant, and when they came into another mode.

CREATE TABLE breakers (
  tenant TEXT NOT NULL,
  dependency TEXT NOT NULL,
  mode TEXT NOT NULL,
  state TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, dependency)
);

CREATE TABLE breaker_changes (
  id {serial},
  tenant TEXT NOT NULL,
  dependency TEXT NOT NULL,
  at BIGINT NOT NULL,
  mode_before TEXT NOT NULL,
  mode_after TEXT NOT NULL,
  open_until BIGINT NOT NULL,
  reason TEXT NOT NULL,
  calls BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  slow BIGINT NOT NULL
);
CREATE INDEX breaker_changes_by_time ON breaker_changes (tenant, at);
