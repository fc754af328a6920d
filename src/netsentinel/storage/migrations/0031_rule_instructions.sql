-- How large a rule's regular expressions are once they are compiled: those of one tenant are bounded. What was added before
-- counts nothing until it is added again.

ALTER TABLE rules ADD COLUMN instructions BIGINT NOT NULL DEFAULT 0;
