-- Reports that come from other servers, and about more than listings.
ALTER TABLE reports ADD COLUMN about TEXT NOT NULL DEFAULT 'listing';  -- listing, actor, message
ALTER TABLE reports ADD COLUMN host TEXT NOT NULL DEFAULT '';          -- the server that says it; '' for people here
ALTER TABLE reports ADD COLUMN times INTEGER NOT NULL DEFAULT 1;       -- how often it said so
ALTER TABLE reports ADD COLUMN passed_on_at TIMESTAMPTZ;               -- when we told the server of whom it is about
CREATE INDEX reports_of_host ON reports (host) WHERE settled_at IS NULL;
