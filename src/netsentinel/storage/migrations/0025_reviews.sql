-- The review queue: what suggestions were judged by, and what people answered.

ALTER TABLE graph_edge_claims ADD COLUMN features TEXT NOT NULL DEFAULT '';

CREATE TABLE review_answers (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  review TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  source_name TEXT NOT NULL,
  target_name TEXT NOT NULL,
  verdict TEXT NOT NULL,
  sentence TEXT NOT NULL,
  features TEXT NOT NULL,
  operation BIGINT NOT NULL,
  answered_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  undone_by TEXT NOT NULL,
  undone_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX review_answers_standing ON review_answers (tenant, review) WHERE undone_at = 0;
