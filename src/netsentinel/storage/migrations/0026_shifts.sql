-- Cohorts may be shifts: their hours of the week as JSON, empty for a cohort that is none.

ALTER TABLE cohorts ADD COLUMN hours TEXT NOT NULL DEFAULT '';
