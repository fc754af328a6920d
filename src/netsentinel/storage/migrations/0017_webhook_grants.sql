-- What whoever stated an endpoint may read, as a JSON list of permissions, in place of a mark for the audit log alone.
-- Of endpoints that are there already, those of users keep what every role may read. A key may have been bound to less,
-- and nobody knows to what: its endpoints are told of nothing until they are stated anew.
ALTER TABLE webhooks ADD COLUMN granted TEXT NOT NULL DEFAULT '[]';
UPDATE webhooks SET granted =
  '["alerts:read","recovery:read","rules:read","schedules:read","tasks:read","threats:read","webhooks:read"]'
  WHERE sees_audit = 0 AND created_by LIKE 'usr_%';
UPDATE webhooks SET granted =
  '["alerts:read","audit:read","recovery:read","rules:read","schedules:read","tasks:read","threats:read","webhooks:read"]'
  WHERE sees_audit = 1 AND created_by LIKE 'usr_%';
ALTER TABLE webhooks DROP COLUMN sees_audit;
