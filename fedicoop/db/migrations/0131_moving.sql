-- Actors move from one address to another: theirs, and ours when the house takes another domain.
ALTER TABLE actors ADD COLUMN also_known_as TEXT NOT NULL DEFAULT '[]';  -- JSON: the ids that it says it had before
ALTER TABLE actors ADD COLUMN moved_to TEXT;                             -- where it says that it is now
ALTER TABLE actors ADD COLUMN moved_at TIMESTAMPTZ;                      -- since when both sides say so
ALTER TABLE actors ADD COLUMN former BOOLEAN NOT NULL DEFAULT FALSE;     -- ours, at an address that this house had
CREATE INDEX actors_moved ON actors (moved_to) WHERE moved_to IS NOT NULL;
ALTER TABLE listings ADD COLUMN former_id TEXT;                          -- ours: its id before the house moved
