-- Threats say when an alert about them was last raised, which may be long after the events that it is about.

ALTER TABLE threats ADD COLUMN raised_at BIGINT NOT NULL DEFAULT 0;
UPDATE threats SET raised_at = COALESCE(
    (SELECT max(raised_at) FROM alerts WHERE alerts.tenant = threats.tenant AND alerts.entity = threats.entity), 0
);
