-- The newest alerts about an entity, by a rule, of a fingerprint: with `id`, so that the order of the pages comes from the
-- index, too. Without it SQLite walks all alerts, newest first, whenever it is asked for few about one entity.
DROP INDEX alerts_entity;
DROP INDEX alerts_rule;
CREATE INDEX alerts_entity ON alerts (tenant, entity, last_at DESC, id DESC);
CREATE INDEX alerts_rule ON alerts (tenant, rule_id, last_at DESC, id DESC);
