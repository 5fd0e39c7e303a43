-- Written in the SQL that SQLite (3.40 and newer) and PostgreSQL (15 and newer) share.
CREATE TABLE meta (                     -- facts about this house: its origin, where it was restored from
    key         TEXT PRIMARY KEY,
    value       TEXT NOT NULL
);
CREATE TABLE actors (                   -- who can speak: ours (local) and theirs
    id          TEXT PRIMARY KEY,
    local       BOOLEAN NOT NULL DEFAULT FALSE,
    type        TEXT NOT NULL,
    handle      TEXT NOT NULL,          -- preferredUsername
    host        TEXT NOT NULL,          -- normal host[:port] of the id
    webfinger   TEXT,                   -- user@host, kept only once both sides confirmed it
    name        TEXT NOT NULL,
    summary     TEXT NOT NULL DEFAULT '',
    url         TEXT,
    inbox       TEXT NOT NULL,
    outbox      TEXT,
    shared_inbox TEXT,
    followers   TEXT,
    following   TEXT,
    featured    TEXT,
    featured_tags TEXT,
    offers      TEXT,
    needs       TEXT,
    icon        TEXT,                   -- JSON of an Image
    fields      TEXT NOT NULL DEFAULT '[]',
    implements  TEXT NOT NULL DEFAULT '[]',
    manually_approves BOOLEAN NOT NULL DEFAULT FALSE,
    discoverable BOOLEAN NOT NULL DEFAULT FALSE,
    indexable   BOOLEAN NOT NULL DEFAULT FALSE,
    published   TIMESTAMPTZ,
    fetched_at  TIMESTAMPTZ NOT NULL,
    gone_at     TIMESTAMPTZ             -- deleted by its owner; kept so that it cannot come back
);
CREATE UNIQUE INDEX actors_local_handle ON actors (handle) WHERE local;
CREATE INDEX actors_host ON actors (host);
CREATE TABLE keys (                     -- public keys of everybody, private keys of ours
    id          TEXT NOT NULL,          -- a neighbour who lists somebody's key id takes nothing from its owner
    actor_id    TEXT NOT NULL REFERENCES actors (id),
    algorithm   TEXT NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')),
    public_key  TEXT NOT NULL,
    private_key TEXT,
    created_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (actor_id, id)
);
CREATE TABLE coops (                    -- what a coop of ours decides about itself
    actor_id    TEXT PRIMARY KEY REFERENCES actors (id),
    kind        TEXT NOT NULL,          -- bike-repair, lending, tools, food, skills
    locale      TEXT NOT NULL,
    author_mode TEXT NOT NULL DEFAULT 'coop' CHECK (author_mode IN ('coop', 'member')),
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE TABLE members (
    id          TEXT PRIMARY KEY,
    coop_id     TEXT NOT NULL REFERENCES actors (id),
    actor_id    TEXT REFERENCES actors (id),  -- the Person that speaks for them outside
    handle      TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    email       TEXT UNIQUE,
    role        TEXT NOT NULL CHECK (role IN ('member', 'steward', 'admin')),
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE TABLE links (                    -- one-time links; only the hash of the secret is kept
    hash        TEXT PRIMARY KEY,
    purpose     TEXT NOT NULL,
    coop_id     TEXT NOT NULL REFERENCES actors (id),
    expires_at  TIMESTAMPTZ NOT NULL,
    used_at     TIMESTAMPTZ
);
CREATE TABLE peers (                    -- the other houses, by normal host[:port]
    host        TEXT PRIMARY KEY,
    policy      TEXT NOT NULL DEFAULT 'open' CHECK (policy IN ('open', 'limited', 'closed')),
    signature   TEXT CHECK (signature IN ('cavage', 'rfc9421')),  -- the form that worked last
    software    TEXT,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_heard_at TIMESTAMPTZ,
    last_reached_at TIMESTAMPTZ
);
CREATE TABLE cooldowns (                -- what must not be asked again before a time (key look-ups, refetches)
    name        TEXT PRIMARY KEY,
    until       TIMESTAMPTZ NOT NULL
);
CREATE INDEX cooldowns_until ON cooldowns (until);
CREATE TABLE follows (
    id          TEXT PRIMARY KEY,       -- the Follow activity's id
    follower_id TEXT NOT NULL REFERENCES actors (id),
    followed_id TEXT NOT NULL REFERENCES actors (id),
    status      TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'rejected')),
    asked_at    TIMESTAMPTZ NOT NULL,
    decided_at  TIMESTAMPTZ,
    UNIQUE (follower_id, followed_id)
);
CREATE INDEX follows_followed ON follows (followed_id, status);
CREATE TABLE listings (
    id          TEXT PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,                  -- its page here is /l/<key>
    actor_id    TEXT NOT NULL REFERENCES actors (id),  -- attributedTo; never changes
    coop_id     TEXT REFERENCES actors (id),           -- ours: the coop whose listing it is
    member_id   TEXT REFERENCES members (id),          -- ours: who wrote it; stays inside
    local       BOOLEAN NOT NULL DEFAULT FALSE,
    kind        TEXT NOT NULL CHECK (kind IN ('offer', 'need')),
    mode        TEXT NOT NULL,
    title       TEXT NOT NULL,
    text        TEXT NOT NULL DEFAULT '',              -- Markdown, ours only
    html        TEXT NOT NULL DEFAULT '',              -- sanitised
    language    TEXT NOT NULL DEFAULT 'fr',
    category    TEXT,
    tags        TEXT NOT NULL DEFAULT '[]',
    quantity    TEXT,
    unit        TEXT NOT NULL DEFAULT 'one',
    price       TEXT,                                  -- JSON {"amount", "currency"}
    counterpart TEXT,
    deposit     TEXT,                                  -- JSON {"amount", "currency"}
    condition   TEXT,
    available_from TIMESTAMPTZ,
    available_to TIMESTAMPTZ,
    place_name  TEXT,
    latitude    DOUBLE PRECISION,                      -- as given; blurred whenever it leaves
    longitude   DOUBLE PRECISION,
    photos      TEXT NOT NULL DEFAULT '[]',            -- JSON array of photos
    visibility  TEXT NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'followers', 'coop')),
    status      TEXT NOT NULL CHECK (status IN ('draft', 'published', 'paused', 'closed', 'expired', 'removed')),
    url         TEXT,                                  -- the page for people
    words       TEXT NOT NULL DEFAULT '',              -- folded words to search by
    created_at  TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    updated_at  TIMESTAMPTZ,
    expires_at  TIMESTAMPTZ
);
CREATE INDEX listings_newest ON listings (status, published_at, id);
CREATE INDEX listings_actor ON listings (actor_id, status, published_at);
CREATE INDEX listings_expiry ON listings (expires_at) WHERE local AND status = 'published';
CREATE TABLE boosts (                   -- a coop relayed a listing (Announce)
    id          TEXT PRIMARY KEY,       -- the Announce activity's id
    actor_id    TEXT NOT NULL REFERENCES actors (id),
    listing_id  TEXT NOT NULL REFERENCES listings (id),
    at          TIMESTAMPTZ NOT NULL,
    UNIQUE (actor_id, listing_id)
);
CREATE TABLE tombstones (               -- what was deleted stays deleted, by the word of its owner alone
    id          TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    former_type TEXT NOT NULL,
    deleted_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id, actor_id)
);
CREATE TABLE pictures (                 -- re-encoded photos: members' own, and copies of peers'
    name        TEXT PRIMARY KEY,       -- random, with its extension; the file in the media folder
    source      TEXT UNIQUE,            -- where a peer's photo came from; NULL for ours
    status      TEXT NOT NULL DEFAULT 'kept' CHECK (status IN ('wanted', 'kept', 'failed')),
    media_type  TEXT NOT NULL DEFAULT 'image/jpeg',
    width       INTEGER,
    height      INTEGER,
    blurhash    TEXT,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE TABLE sent (                     -- our activities, byte for byte as signed
    id          TEXT PRIMARY KEY,
    actor_id    TEXT NOT NULL REFERENCES actors (id),
    type        TEXT NOT NULL,
    object_id   TEXT NOT NULL,
    public      BOOLEAN NOT NULL,       -- shown in the outbox and served to anybody
    body        TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX sent_outbox ON sent (actor_id, public, id);
CREATE TABLE reached (                  -- which inboxes ever got an object: its Delete must reach them too
    object_id   TEXT NOT NULL,
    inbox       TEXT NOT NULL,
    PRIMARY KEY (object_id, inbox)
);
CREATE TABLE received (                 -- their activities, each kept once; an id is its actor's own
    id          TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    type        TEXT NOT NULL,
    body        TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    outcome     TEXT NOT NULL DEFAULT 'waiting',  -- waiting, done, ignored, refused
    reason      TEXT,
    PRIMARY KEY (id, actor_id)
);
CREATE INDEX received_at ON received (received_at);
CREATE TABLE jobs (                     -- promises: written in the commit that makes them necessary
    id          TEXT PRIMARY KEY,
    lane        TEXT NOT NULL,          -- one job of a lane at a time
    thread      TEXT NOT NULL DEFAULT '',  -- jobs of one lane and thread keep their order
    kind        TEXT NOT NULL,
    payload     TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    run_at      TIMESTAMPTZ NOT NULL,
    leased_until TIMESTAMPTZ,           -- somebody works on it until then; NULL: nobody does
    attempts    INTEGER NOT NULL DEFAULT 0,  -- counted before the try
    crashes     INTEGER NOT NULL DEFAULT 0,  -- tries in a row that ended in a bug or a killed worker
    last_error  TEXT,
    dead        BOOLEAN NOT NULL DEFAULT FALSE  -- given up, at run_at; kept for the operator
);
CREATE INDEX jobs_thread ON jobs (lane, thread, id) WHERE NOT dead;
CREATE INDEX jobs_ready ON jobs (lane, run_at, id) WHERE NOT dead AND thread <> '';
CREATE INDEX jobs_held ON jobs (lane) WHERE leased_until IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (lane, run_at) WHERE dead;
CREATE TABLE lanes (                    -- lanes in trouble; a healthy lane has no row
    lane        TEXT PRIMARY KEY,
    closed_until TIMESTAMPTZ NOT NULL,
    since       TIMESTAMPTZ NOT NULL,   -- its first failure after a success
    failed_at   TIMESTAMPTZ NOT NULL,   -- its last one
    failures    INTEGER NOT NULL,
    last_error  TEXT NOT NULL
);
