-- Trained models: what each was made from, where it stands, and what happened to it. Their files are in `blobs`.

CREATE TABLE model_revision (
  id INTEGER PRIMARY KEY,
  revision BIGINT NOT NULL
);
INSERT INTO model_revision (id, revision) VALUES (1, 0);
CREATE TABLE models (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  line TEXT NOT NULL,
  number BIGINT NOT NULL,
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  artefact TEXT NOT NULL,
  provenance TEXT NOT NULL,
  scores TEXT NOT NULL,
  stage TEXT NOT NULL,
  share DOUBLE PRECISION NOT NULL,
  note TEXT NOT NULL,
  trained_at BIGINT NOT NULL,
  trained_by TEXT NOT NULL,
  trained_by_name TEXT NOT NULL,
  task_id TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  request TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, line, number)
);
CREATE INDEX models_by_stage ON models (stage, tenant, line);
CREATE TABLE model_reports (
  tenant TEXT NOT NULL,
  model_id TEXT NOT NULL,
  report TEXT NOT NULL,
  plot {blob} NOT NULL,
  PRIMARY KEY (tenant, model_id)
);
CREATE TABLE model_changes (
  tenant TEXT NOT NULL,
  seq BIGINT NOT NULL,
  model_id TEXT NOT NULL,
  line TEXT NOT NULL,
  at BIGINT NOT NULL,
  principal TEXT NOT NULL,
  principal_name TEXT NOT NULL,
  change TEXT NOT NULL,
  stage_before TEXT NOT NULL,
  stage_after TEXT NOT NULL,
  share DOUBLE PRECISION NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (tenant, seq)
);
CREATE INDEX model_changes_of_model ON model_changes (tenant, model_id, seq);
CREATE INDEX model_changes_of_line ON model_changes (tenant, line, seq);
-- What models did, a row for each stretch of time; monitoring compares it with what they were trained on.
CREATE TABLE model_windows (
  tenant TEXT NOT NULL,
  model_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  judged BIGINT NOT NULL,
  flagged BIGINT NOT NULL,
  nanoseconds BIGINT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (tenant, model_id, at)
);
CREATE INDEX model_windows_by_time ON model_windows (at);
