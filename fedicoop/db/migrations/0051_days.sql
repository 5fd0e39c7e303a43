-- On how many different days something failed: a clock that jumps, or a house that was off, is no week of tries.
ALTER TABLE jobs ADD COLUMN days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN failed_at TIMESTAMPTZ;
ALTER TABLE lanes ADD COLUMN days INTEGER NOT NULL DEFAULT 1;
