-- Media: what there is to learn from. The bytes are files, by their hash; what a medium states is in the graph.

CREATE TABLE media (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  words BIGINT NOT NULL,
  chunks BIGINT NOT NULL,
  concepts BIGINT NOT NULL,
  prerequisites BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (tenant, name)
);
CREATE INDEX media_bytes ON media (tenant, sha256);
