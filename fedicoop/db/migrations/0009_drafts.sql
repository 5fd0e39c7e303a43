-- What members write before it is published, and with which word a listing ended.
CREATE TABLE drafts (                   -- a form that somebody fills in; its id travels in the form
    id          TEXT PRIMARY KEY,
    member_id   TEXT NOT NULL REFERENCES members (id),
    editing     TEXT,                   -- the id of the listing that it changes; NULL: it makes a new one
    content     TEXT NOT NULL,          -- JSON: what was typed, field by field, right or wrong
    photos      TEXT NOT NULL DEFAULT '[]',  -- JSON array of photos, the member's own
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL,
    became      TEXT                    -- the key of the listing that it became: sent again, it makes no second one
);
CREATE INDEX drafts_member ON drafts (member_id, updated_at);
CREATE INDEX drafts_age ON drafts (updated_at);
CREATE INDEX listings_member ON listings (member_id, status, updated_at);
ALTER TABLE listings ADD COLUMN outcome TEXT;  -- of a closed one, ours: given, lent, sold, found, done; NULL: not said
