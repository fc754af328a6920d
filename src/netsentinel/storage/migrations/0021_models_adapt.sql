-- Whether a deployed model goes on learning from what it finds usual.

ALTER TABLE models ADD COLUMN adapts INTEGER NOT NULL DEFAULT 0;
