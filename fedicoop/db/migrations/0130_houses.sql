-- What admins decide about other houses, who decided it and why, and how it is undone.
ALTER TABLE peers ADD COLUMN listed BOOLEAN NOT NULL DEFAULT FALSE;  -- somebody here decided on it by name
ALTER TABLE peers ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE peers ADD COLUMN decided_at TIMESTAMPTZ;
CREATE TABLE house_log (                -- every decision, for good: what was, what is, by whom and why
    id          TEXT PRIMARY KEY,
    host        TEXT NOT NULL,          -- '*': the house's own rule for everybody
    was         TEXT NOT NULL,
    became      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    member_id   TEXT,                   -- NULL: the operator at the machine, or somebody who left
    decided_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX house_log_time ON house_log (decided_at);
CREATE TABLE severed (                  -- whom we heard in a house when it was closed: asked again when it opens
    follower_id TEXT NOT NULL REFERENCES actors (id),
    followed_id TEXT NOT NULL REFERENCES actors (id),
    severed_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (follower_id, followed_id)
);
ALTER TABLE listings ADD COLUMN before_veil TEXT;  -- JSON: whom it was for before its house was closed or limited
