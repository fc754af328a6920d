-- Tenants take turns in the inbox: a checkpoint covers the batches that were seen, not all up to one of them.

ALTER TABLE inbox_checkpoint RENAME COLUMN batch TO number;
DROP INDEX inbox_waiting;
CREATE INDEX inbox_waiting ON inbox (tenant, received_at) WHERE done = 0;
