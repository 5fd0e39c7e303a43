-- What members follow here, what they were told of, and the lists of coops that stewards read.
CREATE TABLE watches (
    id          TEXT PRIMARY KEY,
    member_id   TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('coop', 'member', 'place', 'category', 'search')),
    target      TEXT NOT NULL,          -- an actor's id, a member's id, or a question as an address has it
    channel     TEXT NOT NULL CHECK (channel IN ('app', 'instant', 'daily', 'weekly')),
    paused      BOOLEAN NOT NULL DEFAULT FALSE,
    created_at  TIMESTAMPTZ NOT NULL,
    UNIQUE (member_id, kind, target)
);
CREATE INDEX watches_target ON watches (kind, target);
CREATE TABLE watch_hooks (              -- by what a listing finds the watches that it may satisfy
    hook        TEXT NOT NULL,
    watch_id    TEXT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    PRIMARY KEY (hook, watch_id)
);
CREATE INDEX watch_hooks_watch ON watch_hooks (watch_id);
CREATE TABLE watch_tellings (           -- of which listings a member was told: once of each
    member_id   TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    listing_id  TEXT NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, listing_id)
);
CREATE INDEX watch_tellings_at ON watch_tellings (at);
CREATE TABLE followable (               -- members who let the others of their coop follow them
    member_id   TEXT PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    since       TIMESTAMPTZ NOT NULL
);
CREATE TABLE packs (                    -- lists of coops to begin with, as a steward read them
    id          TEXT PRIMARY KEY,
    coop_id     TEXT NOT NULL REFERENCES actors (id),
    source      TEXT NOT NULL,          -- the address that it was read from
    name        TEXT NOT NULL,
    about       TEXT NOT NULL,
    read_at     TIMESTAMPTZ NOT NULL,
    UNIQUE (coop_id, source)
);
CREATE TABLE pack_entries (
    pack_id     TEXT NOT NULL REFERENCES packs (id) ON DELETE CASCADE,
    place       INTEGER NOT NULL,       -- its turn in the list
    address     TEXT NOT NULL,          -- a domain, @handle@host or an actor's id
    name        TEXT NOT NULL,
    about       TEXT NOT NULL,
    actor_id    TEXT,                   -- whom it led to, once somebody asked
    problem     TEXT,                   -- the key of the problem that stood in the way
    PRIMARY KEY (pack_id, place)
);
