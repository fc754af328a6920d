-- The knowledge graph: what is stated and decided, and the concepts and edges that it comes to.

CREATE TABLE graph_heads (
  tenant TEXT PRIMARY KEY,
  version BIGINT NOT NULL
);

CREATE TABLE graph_concept_claims (
  tenant TEXT NOT NULL,
  origin TEXT NOT NULL,
  key TEXT NOT NULL,
  concept_id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  weight DOUBLE PRECISION NOT NULL,
  position TEXT NOT NULL,
  PRIMARY KEY (tenant, origin, key)
);
CREATE INDEX graph_concept_claims_of ON graph_concept_claims (tenant, concept_id);

CREATE TABLE graph_edge_claims (
  tenant TEXT NOT NULL,
  origin TEXT NOT NULL,
  source_key TEXT NOT NULL,
  relation TEXT NOT NULL,
  target_key TEXT NOT NULL,
  position TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  weight DOUBLE PRECISION NOT NULL,
  sentence TEXT NOT NULL,
  is_denied INTEGER NOT NULL,
  stated_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant, origin, source_key, relation, target_key, position)
);
CREATE INDEX graph_edge_claims_from ON graph_edge_claims (tenant, source, target);
CREATE INDEX graph_edge_claims_to ON graph_edge_claims (tenant, target);

CREATE TABLE graph_operations (
  tenant TEXT NOT NULL,
  number BIGINT NOT NULL,
  kind TEXT NOT NULL,
  concept TEXT NOT NULL,
  other TEXT NOT NULL,
  name TEXT NOT NULL,
  keys TEXT NOT NULL,
  origins TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  undone_by TEXT NOT NULL,
  undone_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, number)
);

-- What is gone stays as a row that says so: readers take what is newer than what they have.
CREATE TABLE graph_concepts (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  names TEXT NOT NULL,
  sorted_as TEXT NOT NULL,
  searched TEXT NOT NULL,
  origins BIGINT NOT NULL,
  version BIGINT NOT NULL,
  is_gone INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX graph_concepts_by_name ON graph_concepts (tenant, sorted_as, id) WHERE is_gone = 0;
CREATE INDEX graph_concepts_newer ON graph_concepts (tenant, version);

CREATE TABLE graph_edges (
  tenant TEXT NOT NULL,
  source TEXT NOT NULL,
  relation TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL,
  strength INTEGER NOT NULL,
  weight DOUBLE PRECISION NOT NULL,
  evidence BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant, source, relation, target)
);
CREATE INDEX graph_edges_to ON graph_edges (tenant, target);
CREATE INDEX graph_edges_newer ON graph_edges (tenant, version);
CREATE INDEX graph_edges_required ON graph_edges (tenant, relation, state);
