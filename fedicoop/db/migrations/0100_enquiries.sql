-- What is asked and answered about listings, in the SQL that SQLite (3.40 and newer) and PostgreSQL (15 and newer) share.
CREATE TABLE conversations (
    id          TEXT PRIMARY KEY,       -- its page is /moi/messages/<id>
    listing_id  TEXT NOT NULL DEFAULT '',  -- no reference: a listing may be deleted; '': about none in particular
    listing_key TEXT NOT NULL DEFAULT '',
    title       TEXT NOT NULL DEFAULT '',  -- of the listing, as it was when it was asked about
    public      BOOLEAN NOT NULL,       -- a question under the listing; else between the two alone
    owner_id    TEXT NOT NULL,          -- actor that is asked; '' for a member who left
    owner_member_id TEXT,               -- ours: who wrote the listing, or is asked in person
    asker_id    TEXT NOT NULL,          -- actor that asked; '' for a member who left
    asker_member_id TEXT,
    coop_id     TEXT NOT NULL DEFAULT '',  -- the coop of ours whose actor or member is asked; '': asked elsewhere
    context     TEXT NOT NULL,          -- what holds its messages together on the wire
    waits       BOOLEAN NOT NULL DEFAULT FALSE,  -- the asked one's answer is awaited
    begun_at    TIMESTAMPTZ NOT NULL,
    moved_at    TIMESTAMPTZ NOT NULL,
    reported_to TEXT,                   -- the coop of ours whose stewards were called by one of the two
    reported_by TEXT,                   -- member
    reported_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX conversations_two ON conversations (owner_id, asker_id, listing_id)
    WHERE NOT public AND owner_id <> '' AND asker_id <> '';
CREATE INDEX conversations_owner ON conversations (owner_id, moved_at);
CREATE INDEX conversations_owner_member ON conversations (owner_member_id, moved_at);
CREATE INDEX conversations_asker ON conversations (asker_id, moved_at);
CREATE INDEX conversations_listing ON conversations (listing_id);
CREATE INDEX conversations_coop ON conversations (coop_id, moved_at);
CREATE INDEX conversations_reported ON conversations (reported_to) WHERE reported_to IS NOT NULL;
CREATE TABLE messages (
    id          TEXT PRIMARY KEY,       -- as it is called on the wire
    key         TEXT NOT NULL UNIQUE,   -- in the order in which they came; ours is at /notes/<key>
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    actor_id    TEXT NOT NULL,          -- who says it; '' for a member who left
    member_id   TEXT,                   -- ours: who typed it
    local       BOOLEAN NOT NULL,
    public      BOOLEAN NOT NULL,
    reply_to    TEXT NOT NULL DEFAULT '',
    html        TEXT NOT NULL,          -- sanitised
    text        TEXT NOT NULL DEFAULT '',  -- ours, as it was typed
    warning     TEXT NOT NULL DEFAULT '',
    language    TEXT,
    url         TEXT,
    thread      TEXT,                   -- `conversation`, as its author's server calls the thread
    mentions    TEXT NOT NULL,          -- JSON: ids of the actors that ours is addressed to by name
    pictures    INTEGER NOT NULL DEFAULT 0,  -- how many stand at its source
    state       TEXT NOT NULL CHECK (state IN ('shown', 'waiting', 'thrown', 'gone')),
    once        TEXT NOT NULL,          -- of the form that sent it: sent twice, it is said once
    said_at     TIMESTAMPTZ NOT NULL,
    kept_at     TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ,
    settled_at  TIMESTAMPTZ,            -- when it was opened, thrown away or deleted
    UNIQUE (actor_id, once)
);
CREATE INDEX messages_order ON messages (conversation_id, key);
CREATE INDEX messages_actor ON messages (actor_id, kept_at);
CREATE INDEX messages_state ON messages (state, kept_at) WHERE state <> 'shown';
CREATE TABLE message_graves (           -- deleted before they came: they never come
    id          TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    buried_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id, actor_id)
);
CREATE TABLE acquaintances (            -- servers from which a coop has let messages in
    coop_id     TEXT NOT NULL,
    host        TEXT NOT NULL,
    since       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (coop_id, host)
);
CREATE TABLE enquiry_choices (          -- what a coop decided about strangers; no row: the usual
    coop_id     TEXT PRIMARY KEY,
    quarantine  TEXT NOT NULL CHECK (quarantine IN ('public', 'all', 'none'))
);
CREATE TABLE blocks (                   -- of whom an actor of ours wants to hear nothing
    blocker_id  TEXT NOT NULL,
    blocked_id  TEXT NOT NULL,
    blocked_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
);
