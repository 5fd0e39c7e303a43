-- A form that waits for somebody to sign in is shown to nobody else.
ALTER TABLE kept_forms ADD COLUMN made_for TEXT NOT NULL DEFAULT '';   -- a mark of that member; '': a visitor's
