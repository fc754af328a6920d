-- Schedules and what became of each of their times.

CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  is_system INTEGER NOT NULL,
  draft TEXT NOT NULL,
  on_event TEXT NOT NULL,
  from_seq BIGINT NOT NULL,
  next_at BIGINT,
  due_at BIGINT,
  planned_at BIGINT NOT NULL,
  fired BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  last_task TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (tenant, name)
);
CREATE INDEX schedules_due ON schedules (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX schedules_on_event ON schedules (tenant, on_event) WHERE on_event <> '' AND enabled = 1;

CREATE TABLE schedule_runs (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  schedule_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  fired_by TEXT NOT NULL,
  tick BIGINT NOT NULL,
  at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  task_id TEXT NOT NULL,
  event_seq BIGINT NOT NULL,
  state TEXT NOT NULL,
  ended_at BIGINT NOT NULL,
  -- The last guard of "once per tick": a second process that came to the same firing fails here.
  UNIQUE (schedule_id, number)
);
CREATE INDEX schedule_runs_newest ON schedule_runs (tenant, id DESC);
CREATE INDEX schedule_runs_of ON schedule_runs (tenant, schedule_id, id DESC);
CREATE INDEX schedule_runs_by_time ON schedule_runs (tenant, at);
CREATE INDEX schedule_runs_old ON schedule_runs (at);
CREATE INDEX schedule_runs_task ON schedule_runs (tenant, task_id) WHERE task_id <> '';
CREATE INDEX schedule_runs_event ON schedule_runs (tenant, event_seq) WHERE event_seq > 0;
