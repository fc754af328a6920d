-- Practice: questions in versions, what each learner remembers, what was answered, and what it says of concepts.

CREATE TABLE practice_questions (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  slug TEXT NOT NULL,
  state TEXT NOT NULL,
  is_current INTEGER NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  source_kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  position TEXT NOT NULL,
  sentence TEXT NOT NULL,
  written_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, version)
);
CREATE UNIQUE INDEX practice_questions_current ON practice_questions (tenant, slug) WHERE is_current = 1;

CREATE TABLE practice_items (
  tenant TEXT NOT NULL,
  question TEXT NOT NULL,
  difficulty DOUBLE PRECISION NOT NULL,
  answers BIGINT NOT NULL,
  PRIMARY KEY (tenant, question)
);

-- One row a learner, which answers lock: they are counted one after the other.
CREATE TABLE practice_learners (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  answers BIGINT NOT NULL,
  PRIMARY KEY (tenant, user_id)
);

CREATE TABLE practice_cards (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  question TEXT NOT NULL,
  phase TEXT NOT NULL,
  step BIGINT NOT NULL,
  stability DOUBLE PRECISION NOT NULL,
  difficulty DOUBLE PRECISION NOT NULL,
  due BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  reviews BIGINT NOT NULL,
  lapses BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  was_right INTEGER NOT NULL,
  PRIMARY KEY (tenant, user_id, question)
);
CREATE INDEX practice_cards_due ON practice_cards (tenant, user_id, due);

CREATE TABLE practice_evidence (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  concept TEXT NOT NULL,
  name TEXT NOT NULL,
  ability DOUBLE PRECISION NOT NULL,
  answered_right BIGINT NOT NULL,
  answered_wrong BIGINT NOT NULL,
  recent DOUBLE PRECISION NOT NULL,
  stability DOUBLE PRECISION NOT NULL,
  difficulty DOUBLE PRECISION NOT NULL,
  since BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, user_id, concept)
);

CREATE TABLE practice_attempts (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  attempt TEXT NOT NULL,
  question TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  given TEXT NOT NULL,
  guess DOUBLE PRECISION NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (tenant, user_id, attempt)
);
CREATE INDEX practice_attempts_at ON practice_attempts (tenant, user_id, at, attempt);

CREATE TABLE practice_moves (
  tenant TEXT NOT NULL,
  user_id TEXT NOT NULL,
  concept TEXT NOT NULL,
  attempt TEXT NOT NULL,
  at BIGINT NOT NULL,
  is_right INTEGER NOT NULL,
  mastery_before DOUBLE PRECISION NOT NULL,
  mastery_after DOUBLE PRECISION NOT NULL,
  features TEXT NOT NULL,
  guess DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (tenant, user_id, concept, attempt)
);
CREATE INDEX practice_moves_at ON practice_moves (tenant, at);

CREATE TABLE practice_models (
  tenant TEXT PRIMARY KEY,
  weights TEXT NOT NULL,
  samples BIGINT NOT NULL,
  loss DOUBLE PRECISION NOT NULL,
  loss_before DOUBLE PRECISION NOT NULL,
  fitted_at BIGINT NOT NULL
);
