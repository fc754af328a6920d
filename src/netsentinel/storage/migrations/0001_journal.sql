-- What every feature stands on: the journal with its cursors, and the inbox where events wait.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE journal (
  seq {serial},
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  principal TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  cause TEXT NOT NULL,
  audited INTEGER NOT NULL,
  mac TEXT NOT NULL
);
-- For pages of one tenant's entries by topic, however rare they are among everything else.
CREATE INDEX journal_by_kind ON journal (tenant, kind, seq);
CREATE INDEX journal_audited ON journal (tenant, seq) WHERE audited = 1;

-- The end of each tenant's audit chain; without it, cutting the end off would go unnoticed.
CREATE TABLE audit_heads (
  tenant TEXT PRIMARY KEY,
  seq BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  mac TEXT NOT NULL,
  seal TEXT NOT NULL
);

CREATE TABLE cursors (
  name TEXT PRIMARY KEY,
  seq BIGINT NOT NULL
);

CREATE TABLE reaction_failures (
  name TEXT NOT NULL,
  seq BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  failed_at BIGINT NOT NULL,
  parked_at BIGINT,
  PRIMARY KEY (name, seq)
);

-- Numbers are drawn from a row, not from a sequence: its lock is held until the commit, so that batches become visible
-- in the order of their ids and a reader that goes on after the highest id misses none.
CREATE TABLE inbox_counter (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  last BIGINT NOT NULL
);
INSERT INTO inbox_counter (one, last) VALUES (1, 0);

CREATE TABLE inbox (
  id BIGINT PRIMARY KEY,
  tenant TEXT NOT NULL,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  records BIGINT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  raw {blob} NOT NULL
);
CREATE INDEX inbox_waiting ON inbox (received_at) WHERE done = 0;

CREATE TABLE inbox_checkpoint (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  batch BIGINT NOT NULL,
  state {blob} NOT NULL
);

CREATE TABLE sources (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  events BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  size BIGINT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  last_event_at BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  PRIMARY KEY (tenant, name)
);

CREATE TABLE rejected_lines (
  id {serial},
  tenant TEXT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  line {blob} NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX rejected_by_source ON rejected_lines (tenant, source, id);
