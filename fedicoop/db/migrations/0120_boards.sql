-- Actors that pass on listings (boards), pins, header images and relays, in the SQL that SQLite (3.40 and newer) and PostgreSQL (15 and newer) share.
CREATE TABLE boards (                   -- what has an actor of its own for those who follow it elsewhere
    actor_id    TEXT PRIMARY KEY REFERENCES actors (id),
    coop_id     TEXT NOT NULL,          -- the coop of ours that opened it and answers for it
    kind        TEXT NOT NULL CHECK (kind IN ('category', 'search')),
    target      TEXT NOT NULL,          -- a category's key, or a question as the query of an address
    opened_at   TIMESTAMPTZ NOT NULL,
    ends_at     TIMESTAMPTZ             -- a search ends by itself unless it is kept on
);
CREATE UNIQUE INDEX boards_target ON boards (coop_id, kind, target);
CREATE TABLE board_entries (            -- what a board has passed on, and under which ids
    board_id    TEXT NOT NULL REFERENCES boards (actor_id),
    listing_id  TEXT NOT NULL,          -- no reference: a listing may be deleted
    announce_id TEXT NOT NULL,          -- the Announce of the listing's id
    whole_id    TEXT,                   -- the Announce of its Create (FEP-1b12); NULL: none was said
    announced_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (board_id, listing_id)
);
CREATE INDEX board_entries_listing ON board_entries (listing_id);
CREATE INDEX board_entries_time ON board_entries (board_id, announced_at);
ALTER TABLE listings ADD COLUMN board TEXT;  -- ours: the board of its category, which its Note names as audience
CREATE INDEX listings_board ON listings (board) WHERE board IS NOT NULL;
CREATE TABLE pins (                     -- which of its own listings a coop shows first
    listing_id  TEXT PRIMARY KEY,
    actor_id    TEXT NOT NULL,          -- who wrote the listing outside: Mastodon takes no other's as pins
    pinned_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX pins_actor ON pins (actor_id, pinned_at);
ALTER TABLE actors ADD COLUMN image TEXT;    -- JSON: the wide picture above a profile
ALTER TABLE coops ADD COLUMN banner TEXT;    -- the name of a picture of ours
CREATE TABLE relays (                   -- servers that pass public listings on to servers that do not know each other
    id          TEXT PRIMARY KEY,       -- of the Follow that asked for it
    address     TEXT NOT NULL UNIQUE,   -- as it was given
    style       TEXT NOT NULL CHECK (style IN ('mastodon', 'litepub')),
    actor_id    TEXT NOT NULL,
    inbox       TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('asked', 'accepted', 'refused')),
    asked_at    TIMESTAMPTZ NOT NULL,
    decided_at  TIMESTAMPTZ,
    heard_at    TIMESTAMPTZ,            -- when it last passed something on
    kept        INTEGER NOT NULL DEFAULT 0  -- how many listings came through it
);
CREATE UNIQUE INDEX relays_actor ON relays (actor_id);
