-- How far each stream of a source has come, so that a batch that is sent again is not stored again.

CREATE TABLE source_positions (
  tenant TEXT NOT NULL,
  source TEXT NOT NULL,
  stream TEXT NOT NULL,
  position BIGINT NOT NULL,
  moved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, source, stream)
);
