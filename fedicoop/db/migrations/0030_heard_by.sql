-- Which coops of ours a peer's listing was addressed to, where it was not for everybody: their members see it.
ALTER TABLE listings ADD COLUMN heard_by TEXT NOT NULL DEFAULT '[]';  -- JSON array of actor ids
