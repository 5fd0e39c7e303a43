-- A notice may bring the pace that was chosen for it alone; and goes with the thing that it is about.
ALTER TABLE notices ADD COLUMN pace TEXT CHECK (pace IN ('instant', 'daily', 'weekly', 'never'));
CREATE INDEX notices_path ON notices (path);
