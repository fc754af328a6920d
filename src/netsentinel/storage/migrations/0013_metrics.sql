-- What the metrics of error recovery read: failed attempts by time, dead letters by time, and tasks that are held back.

CREATE INDEX task_attempts_by_time ON task_attempts (tenant, ended_at, outcome, number, fault, error_code);
CREATE INDEX tasks_letters ON tasks (tenant, ended_at, resolved_at, action, error_code) WHERE state = 'dead';
CREATE INDEX tasks_held ON tasks (tenant, state) WHERE state IN ('retry_wait', 'parked');

-- When the metrics of a tenant were last announced: all processes together keep the pace.
CREATE TABLE metric_pushes (
  tenant TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
