-- Somebody says that a listing is wrong: what stewards have to decide, and what they decided.
CREATE TABLE reports (
    id          TEXT PRIMARY KEY,
    listing_id  TEXT NOT NULL,          -- ours or a peer's; it may be gone by now
    listing_key TEXT NOT NULL,
    title       TEXT NOT NULL,          -- as it was
    coop_id     TEXT NOT NULL REFERENCES actors (id),  -- whose stewards decide
    source      TEXT NOT NULL,          -- who says it: a hash, of a member's id or of an address on the network
    member_id   TEXT,                   -- the member who says it; stays with the stewards
    contact     TEXT NOT NULL DEFAULT '',  -- where a visitor wants to be answered
    reason      TEXT NOT NULL,
    text        TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    settled_at  TIMESTAMPTZ,
    settled_by  TEXT,                   -- the steward
    outcome     TEXT,                   -- kept, removed
    answer      TEXT NOT NULL DEFAULT ''  -- the reasons, told to the author
);
CREATE UNIQUE INDEX reports_once ON reports (listing_id, source) WHERE settled_at IS NULL;
CREATE INDEX reports_open ON reports (coop_id, created_at) WHERE settled_at IS NULL;
CREATE INDEX reports_settled ON reports (settled_at) WHERE settled_at IS NOT NULL;
