-- What people decide about alerts, and what they do not want to see again.

ALTER TABLE alerts ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN assignee_name TEXT NOT NULL DEFAULT '';
CREATE INDEX alerts_by_status ON alerts (tenant, status, level);
CREATE INDEX alerts_raised ON alerts (tenant, raised_at);
CREATE INDEX alerts_rule ON alerts (tenant, rule_id, last_at DESC);

-- A sample says what its own finding said, so that a suppression can be tried on it.
ALTER TABLE alert_samples ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE alert_samples ADD COLUMN src_ip TEXT NOT NULL DEFAULT '';
ALTER TABLE alert_samples ADD COLUMN dst_ip TEXT NOT NULL DEFAULT '';
ALTER TABLE alert_samples ADD COLUMN user_name TEXT NOT NULL DEFAULT '';
ALTER TABLE alert_samples ADD COLUMN device TEXT NOT NULL DEFAULT '';

CREATE TABLE alert_activity (
    tenant TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    principal TEXT NOT NULL,
    principal_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    PRIMARY KEY (tenant, alert_id, id)
);

CREATE TABLE suppressions (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    conditions TEXT NOT NULL,
    reason TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    lifted_at BIGINT NOT NULL,
    lifted_by TEXT NOT NULL,
    lifted_by_name TEXT NOT NULL,
    hidden BIGINT NOT NULL,
    last_hidden_at BIGINT NOT NULL
);
CREATE INDEX suppressions_newest ON suppressions (tenant, created_at DESC, id DESC);

-- The newest findings that a suppression has hidden, in a ring: they are counted, and can be looked at.
CREATE TABLE hidden_findings (
    tenant TEXT NOT NULL,
    suppression_id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    at BIGINT NOT NULL,
    rule_id TEXT NOT NULL,
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    entity TEXT NOT NULL,
    src_ip TEXT NOT NULL,
    dst_ip TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (tenant, suppression_id, slot)
);

-- Changes with every change of the suppressions in force: whoever has compiled them looks here whether they still are.
CREATE TABLE suppression_revision (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision TEXT NOT NULL
);
INSERT INTO suppression_revision (one, revision) VALUES (1, '');
