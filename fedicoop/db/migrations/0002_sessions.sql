-- People sign in: their devices, and what they chose for themselves.
CREATE TABLE sessions (                 -- one row a device; the cookie's secret is not kept, only its hash
    id          TEXT PRIMARY KEY,
    member_id   TEXT NOT NULL REFERENCES members (id),
    device      TEXT NOT NULL,          -- what the browser calls itself, shortened, for the list of devices
    created_at  TIMESTAMPTZ NOT NULL,
    seen_at     TIMESTAMPTZ NOT NULL,   -- to the hour
    expires_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_member ON sessions (member_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
ALTER TABLE members ADD COLUMN language TEXT;                   -- of pages and mails; NULL: the browser's
ALTER TABLE members ADD COLUMN theme TEXT;                      -- light or dark; NULL: the system's
ALTER TABLE members ADD COLUMN about TEXT NOT NULL DEFAULT '';  -- one sentence, Markdown
ALTER TABLE members ADD COLUMN place_name TEXT;                 -- where they look from: their town
ALTER TABLE members ADD COLUMN latitude DOUBLE PRECISION;
ALTER TABLE members ADD COLUMN longitude DOUBLE PRECISION;
ALTER TABLE members ADD COLUMN radius_km INTEGER;               -- how far they go
ALTER TABLE members ADD COLUMN away_until TIMESTAMPTZ;          -- holiday mode: their listings rest until then
ALTER TABLE members ADD COLUMN suspended_at TIMESTAMPTZ;        -- a steward closed the door
