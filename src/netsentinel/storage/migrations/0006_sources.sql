-- Sources that were configured over the API, and keys that may send for one source only.

CREATE TABLE source_configs (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  format TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  options TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);

-- Empty for a key that is bound to no source.
ALTER TABLE api_keys ADD COLUMN source TEXT NOT NULL DEFAULT '';
