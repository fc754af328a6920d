-- Courses: what is taught in which version, who should learn it, and how far each learner is.

CREATE TABLE courses (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  state TEXT NOT NULL,
  latest BIGINT NOT NULL,
  lessons BIGINT NOT NULL,
  minutes BIGINT NOT NULL,
  has_changes INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, slug)
);

-- Number 0 is the draft. The lessons of a version are one JSON array; their texts stand beside them.
CREATE TABLE course_versions (
  tenant TEXT NOT NULL,
  course TEXT NOT NULL,
  number BIGINT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  lessons TEXT NOT NULL,
  note TEXT NOT NULL,
  made_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, course, number)
);

CREATE TABLE lesson_texts (
  tenant TEXT NOT NULL,
  course TEXT NOT NULL,
  number BIGINT NOT NULL,
  lesson TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (tenant, course, number, lesson)
);

CREATE TABLE enrolments (
  tenant TEXT NOT NULL,
  learner TEXT NOT NULL,
  course TEXT NOT NULL,
  number BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  moved_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, learner, course)
);
CREATE INDEX enrolments_of_course ON enrolments (tenant, course, learner);

CREATE TABLE lesson_progress (
  tenant TEXT NOT NULL,
  learner TEXT NOT NULL,
  lesson TEXT NOT NULL,
  course TEXT NOT NULL,
  read_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  number BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (tenant, learner, lesson)
);
CREATE INDEX lesson_progress_of_course ON lesson_progress (tenant, course, learner, lesson);

CREATE TABLE cohorts (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, name)
);

CREATE TABLE cohort_members (
  tenant TEXT NOT NULL,
  cohort TEXT NOT NULL,
  member TEXT NOT NULL,
  PRIMARY KEY (tenant, cohort, member)
);
CREATE INDEX cohorts_of_member ON cohort_members (tenant, member, cohort);

CREATE TABLE course_assignments (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  course TEXT NOT NULL,
  assigned_to TEXT NOT NULL,
  target TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, course, target)
);
CREATE INDEX course_assignments_to ON course_assignments (tenant, target);
