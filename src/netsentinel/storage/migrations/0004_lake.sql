-- The files of the lake that count. A file is recorded in the commit that lets its batches go from the inbox.

CREATE TABLE lake_files (
  path TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  day BIGINT NOT NULL,
  class_uid BIGINT NOT NULL,
  events BIGINT NOT NULL,
  size BIGINT NOT NULL,
  min_time BIGINT NOT NULL,
  max_time BIGINT NOT NULL,
  stored_at BIGINT NOT NULL
);
CREATE INDEX lake_files_by_time ON lake_files (tenant, max_time);
