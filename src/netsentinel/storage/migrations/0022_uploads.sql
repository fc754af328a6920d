-- Uploads that resume, and how far the reading of a medium is.

ALTER TABLE media ADD COLUMN kind TEXT NOT NULL DEFAULT 'text';
ALTER TABLE media ADD COLUMN media_type TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN stages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE media ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE media ADD COLUMN text_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN task_id TEXT NOT NULL DEFAULT '';
CREATE INDEX media_read_by ON media (tenant, task_id);

CREATE TABLE media_uploads (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  principal TEXT NOT NULL,
  name TEXT NOT NULL,
  length BIGINT NOT NULL,
  received BIGINT NOT NULL,
  part TEXT NOT NULL,
  metadata TEXT NOT NULL,
  medium TEXT NOT NULL,
  change TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX media_uploads_of ON media_uploads (tenant, created_at);
CREATE INDEX media_uploads_expire ON media_uploads (expires_at);
