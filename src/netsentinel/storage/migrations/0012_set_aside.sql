-- Batches of which the detection process died again and again: whole, out of the way, until somebody tries them again.

CREATE TABLE inbox_set_aside (
  id BIGINT PRIMARY KEY,
  tenant TEXT NOT NULL,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  records BIGINT NOT NULL,
  done INTEGER NOT NULL,
  raw {blob} NOT NULL,
  size BIGINT NOT NULL,
  set_aside_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX inbox_set_aside_by_tenant ON inbox_set_aside (tenant, id);
