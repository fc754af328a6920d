-- Rules as people see them: where they come from, what they say, who wants them, how often they hit and what they cost.
-- An empty owner is the installation: its rules look at everybody's events.

CREATE TABLE rulebooks (
  owner TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  sampled BIGINT NOT NULL
);
CREATE TABLE rule_revision (
  id INTEGER PRIMARY KEY,
  revision BIGINT NOT NULL
);
CREATE TABLE rule_packs (
  owner TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  origin TEXT NOT NULL,
  licence TEXT NOT NULL,
  file TEXT NOT NULL,
  rules BIGINT NOT NULL,
  failing BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  added_by TEXT NOT NULL,
  PRIMARY KEY (owner, id)
);
CREATE TABLE rules (
  owner TEXT NOT NULL,
  id TEXT NOT NULL,
  pack TEXT NOT NULL,
  path TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  maturity TEXT NOT NULL,
  level TEXT NOT NULL,
  level_rank INTEGER NOT NULL,
  author TEXT NOT NULL,
  licence TEXT NOT NULL,
  changed_on TEXT NOT NULL,
  product TEXT NOT NULL,
  category TEXT NOT NULL,
  service TEXT NOT NULL,
  tags TEXT NOT NULL,
  false_positives TEXT NOT NULL,
  reference_list TEXT NOT NULL,
  source TEXT NOT NULL,
  patterns INTEGER NOT NULL,
  error TEXT NOT NULL,
  error_line INTEGER NOT NULL,
  error_column INTEGER NOT NULL,
  sampled_from BIGINT NOT NULL,
  evaluations BIGINT NOT NULL,
  nanoseconds BIGINT NOT NULL,
  PRIMARY KEY (owner, id)
);
CREATE INDEX rules_by_title ON rules (owner, title, id);
CREATE INDEX rules_by_pack ON rules (owner, pack);
CREATE TABLE rules_disabled (
  tenant TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  note TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (tenant, rule_id)
);
CREATE TABLE rule_activity (
  tenant TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  hits BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, rule_id)
);
CREATE TABLE rule_hits (
  tenant TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  day BIGINT NOT NULL,
  hits BIGINT NOT NULL,
  PRIMARY KEY (tenant, rule_id, day)
);
INSERT INTO rule_revision (id, revision) VALUES (1, 0);
