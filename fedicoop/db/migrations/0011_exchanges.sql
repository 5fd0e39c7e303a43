-- Requests on listings and their lives, in the SQL that SQLite (3.40 and newer) and PostgreSQL (15 and newer) share.
CREATE TABLE exchanges (
    id          TEXT PRIMARY KEY,       -- its page is /echanges/<id>
    listing_id  TEXT NOT NULL,          -- no reference: a listing may be deleted, what was agreed stays
    listing_key TEXT NOT NULL,
    title       TEXT NOT NULL,          -- of the listing, as it was when it was asked for
    kind        TEXT NOT NULL CHECK (kind IN ('offer', 'need')),
    mode        TEXT NOT NULL,
    coop_id     TEXT NOT NULL,          -- whose listing it is: its stewards mediate
    proposer_id TEXT NOT NULL,          -- actor of whose listing it is; '' for a member who left
    proposer_member_id TEXT,            -- ours; NULL: a coop, or somebody elsewhere
    proposer_contact TEXT NOT NULL DEFAULT '',
    responder_id TEXT NOT NULL,         -- actor of who answered; '' for a member who left
    responder_member_id TEXT,
    responder_contact TEXT NOT NULL DEFAULT '',
    plan        TEXT NOT NULL,          -- JSON: days, hour, quantity, place
    wish        TEXT,                   -- JSON: another plan that is asked for while this one holds
    status      TEXT NOT NULL,
    turn        TEXT NOT NULL CHECK (turn IN ('proposer', 'responder')),  -- whose answer is awaited
    version     INTEGER NOT NULL,       -- counts moves: kept only if nobody moved in between
    due_at      TIMESTAMPTZ,            -- when the clock has something to do
    reminded    INTEGER NOT NULL DEFAULT 0,
    once        TEXT NOT NULL,          -- of the form that asked: sent twice, it asks once
    asked_at    TIMESTAMPTZ NOT NULL,
    changed_at  TIMESTAMPTZ NOT NULL,
    handed_over_at TIMESTAMPTZ,
    returned_at TIMESTAMPTZ,
    ended_at    TIMESTAMPTZ,
    trouble     TEXT,
    trouble_by  TEXT,
    trouble_at  TIMESTAMPTZ,
    solved_at   TIMESTAMPTZ,
    UNIQUE (responder_id, once)
);
CREATE UNIQUE INDEX exchanges_unanswered ON exchanges (listing_id, responder_id)
    WHERE status IN ('asked', 'countered') AND responder_id <> '';
CREATE INDEX exchanges_proposer ON exchanges (proposer_id, changed_at);
CREATE INDEX exchanges_responder ON exchanges (responder_id, changed_at);
CREATE INDEX exchanges_listing ON exchanges (listing_id, status);
CREATE INDEX exchanges_due ON exchanges (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX exchanges_trouble ON exchanges (coop_id, trouble_at) WHERE trouble IS NOT NULL;
CREATE TABLE exchange_words (           -- what was said and done, in order: messages, steps, thanks
    id          TEXT PRIMARY KEY,
    exchange_id TEXT NOT NULL REFERENCES exchanges (id),
    kind        TEXT NOT NULL CHECK (kind IN ('message', 'step', 'thanks', 'trouble')),
    side        TEXT NOT NULL,          -- proposer, responder, steward, clock
    actor_id    TEXT NOT NULL,          -- who said it; '' for the clock, and for a member who left
    step        TEXT NOT NULL DEFAULT '',
    text        TEXT NOT NULL DEFAULT '',
    plan        TEXT,                   -- JSON: what the step proposed or agreed to
    once        TEXT NOT NULL,          -- sent twice, it is said once
    said_at     TIMESTAMPTZ NOT NULL,
    UNIQUE (exchange_id, once)
);
CREATE INDEX exchange_words_order ON exchange_words (exchange_id, id);
CREATE INDEX exchange_words_actor ON exchange_words (actor_id);
CREATE TABLE exchange_photos (          -- the thing's state when it was handed over or came back
    name        TEXT PRIMARY KEY,       -- of the picture
    exchange_id TEXT NOT NULL REFERENCES exchanges (id),
    actor_id    TEXT NOT NULL,
    side        TEXT NOT NULL,
    during      TEXT NOT NULL,          -- the status in which it was taken
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    taken_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX exchange_photos_order ON exchange_photos (exchange_id, taken_at);
CREATE TABLE taken (                    -- what agreements take of a listing
    id          TEXT PRIMARY KEY,       -- of whatever takes it
    listing_id  TEXT NOT NULL,
    starts_on   TEXT,                   -- ISO days, both included; NULL: not a matter of days
    ends_on     TEXT,
    at          TEXT,                   -- "10:00": appointments
    quantity    TEXT NOT NULL,
    finished    BOOLEAN NOT NULL DEFAULT FALSE,  -- given, done: it will not come back
    paused      BOOLEAN NOT NULL DEFAULT FALSE   -- the listing rests because of this one
);
CREATE INDEX taken_listing ON taken (listing_id, ends_on);
CREATE TABLE taken_turns (              -- who takes of a listing waits for who takes of it now
    listing_id  TEXT PRIMARY KEY,
    turn        INTEGER NOT NULL
);
