-- What a file of events was when it was stored: Parquet has no checksums of its own.

ALTER TABLE lake_files ADD COLUMN digest TEXT NOT NULL DEFAULT '';
