CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    detector TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    level TEXT NOT NULL,
    level_rank INTEGER NOT NULL,
    score INTEGER NOT NULL,
    status TEXT NOT NULL,
    verdict TEXT NOT NULL,
    tags TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    src_ip TEXT NOT NULL,
    dst_ip TEXT NOT NULL,
    user_name TEXT NOT NULL,
    device TEXT NOT NULL,
    source TEXT NOT NULL,
    findings BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    raised_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX alerts_newest ON alerts (tenant, last_at DESC, id DESC);
CREATE INDEX alerts_fingerprint ON alerts (tenant, fingerprint, last_at DESC);
CREATE INDEX alerts_entity ON alerts (tenant, entity, last_at DESC);
CREATE TABLE alert_samples (
    tenant TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    at BIGINT NOT NULL,
    matched TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (tenant, alert_id, slot)
);
CREATE TABLE rule_texts (
    tenant TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    false_positives TEXT NOT NULL,
    reference_list TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (tenant, rule_id)
);
CREATE TABLE threats (
    tenant TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    score INTEGER NOT NULL,
    heat DOUBLE PRECISION NOT NULL,
    alerts BIGINT NOT NULL,
    level TEXT NOT NULL,
    tags TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, entity)
);
CREATE INDEX threats_hottest ON threats (tenant, heat DESC, entity DESC);
