-- Tasks: what is to be done, is being done and was done. What may be long stands last, so that rows are read quickly.
CREATE TABLE tasks (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  action TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  principal TEXT NOT NULL,
  origin TEXT NOT NULL,
  cause TEXT NOT NULL,
  priority INTEGER NOT NULL,
  pool TEXT NOT NULL,
  unique_key TEXT,
  unique_until TEXT NOT NULL,
  lane TEXT NOT NULL,
  lane_limit INTEGER NOT NULL,
  unmet INTEGER NOT NULL,
  needed INTEGER NOT NULL,
  not_before BIGINT,
  deadline BIGINT,
  timeout BIGINT,
  retry TEXT,
  dependency TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  deaths INTEGER NOT NULL,
  worker TEXT NOT NULL,
  wanted TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  due_at BIGINT,
  queued_at BIGINT,
  started_at BIGINT,
  ended_at BIGINT,
  -- How long an ended task was there: below 4 ^ (span + 1) milliseconds.
  span INTEGER,
  percent DOUBLE PRECISION NOT NULL,
  stage TEXT NOT NULL,
  message TEXT NOT NULL,
  error_code TEXT NOT NULL,
  fault TEXT NOT NULL,
  resolved_at BIGINT,
  resolution TEXT NOT NULL,
  error TEXT NOT NULL,
  input TEXT NOT NULL,
  checkpoint TEXT,
  result TEXT,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX tasks_unique ON tasks (tenant, unique_key) WHERE unique_key IS NOT NULL;
CREATE INDEX tasks_ready ON tasks (pool, priority DESC, queued_at) WHERE state = 'queued';
CREATE INDEX tasks_running ON tasks (worker) WHERE state = 'running';
CREATE INDEX tasks_due ON tasks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_parked ON tasks (tenant, dependency, id) WHERE state = 'parked';
CREATE INDEX tasks_lane ON tasks (lane, state) WHERE lane <> '' AND ended_at IS NULL;
CREATE INDEX tasks_live ON tasks (tenant, id) WHERE ended_at IS NULL;
CREATE INDEX tasks_troubled ON tasks (tenant, state, id) WHERE state IN ('failed', 'cancelled', 'dead');
CREATE INDEX tasks_ended ON tasks (tenant, span, ended_at, action) WHERE ended_at IS NOT NULL;

-- Attempts that ended otherwise than by success.
CREATE TABLE task_attempts (
  tenant TEXT NOT NULL,
  task_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  worker TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  error_code TEXT NOT NULL,
  error TEXT NOT NULL,
  fault TEXT NOT NULL,
  retry_at BIGINT,
  PRIMARY KEY (tenant, task_id, number)
);

CREATE TABLE task_needs (
  tenant TEXT NOT NULL,
  task_id TEXT NOT NULL,
  need TEXT NOT NULL,
  PRIMARY KEY (tenant, task_id, need)
);
CREATE INDEX task_needs_reverse ON task_needs (tenant, need, task_id);

-- A row per lane, locked by whoever gives or takes one of its places.
CREATE TABLE task_lanes (
  lane TEXT PRIMARY KEY,
  touched INTEGER NOT NULL
);

CREATE TABLE task_workers (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  beats BIGINT NOT NULL,
  entered_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);

-- Counts by time for the timeline, in two widths.
CREATE TABLE task_counts (
  tenant TEXT NOT NULL,
  width BIGINT NOT NULL,
  at BIGINT NOT NULL,
  action TEXT NOT NULL,
  submitted BIGINT NOT NULL,
  succeeded BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  retried BIGINT NOT NULL,
  run_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, width, at, action)
);
