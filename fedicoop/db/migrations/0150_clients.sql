-- Applications that act for members: Mastodon's client API, with OAuth 2 before it.
CREATE TABLE applications (
    id          TEXT PRIMARY KEY,       -- the client_id: anybody may know it
    secret      TEXT NOT NULL,          -- hash of the client_secret
    name        TEXT NOT NULL,          -- what it says of itself
    website     TEXT,
    redirects   TEXT NOT NULL,          -- JSON array: where a member may be sent back to, letter by letter
    scopes      TEXT NOT NULL,          -- JSON array: the most that it may ever ask for
    created_at  TIMESTAMPTZ NOT NULL,
    used_at     TIMESTAMPTZ NOT NULL    -- when it last asked somebody, or got a token
);
CREATE INDEX applications_used ON applications (used_at);
CREATE TABLE application_codes (        -- a member said yes: good once, for ten minutes
    hash        TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    member_id   TEXT NOT NULL REFERENCES members (id),
    redirect    TEXT NOT NULL,
    scopes      TEXT NOT NULL,
    challenge   TEXT,                   -- of PKCE, S256
    expires_at  TIMESTAMPTZ NOT NULL,
    used_at     TIMESTAMPTZ
);
CREATE INDEX application_codes_expiry ON application_codes (expires_at);
CREATE TABLE application_tokens (       -- what an application shows with each request; only its hash is kept
    id          TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    member_id   TEXT REFERENCES members (id),  -- NULL: the application speaks for nobody
    scopes      TEXT NOT NULL,
    code        TEXT,                   -- hash of the code that it was given for
    created_at  TIMESTAMPTZ NOT NULL,
    seen_at     TIMESTAMPTZ NOT NULL    -- to the hour
);
CREATE INDEX application_tokens_member ON application_tokens (member_id);
CREATE INDEX application_tokens_application ON application_tokens (application_id);
CREATE INDEX application_tokens_code ON application_tokens (code);
CREATE TABLE bookmarks (                -- what a member marked in an application, for themselves alone
    id          TEXT PRIMARY KEY,       -- sorts as they were made
    member_id   TEXT NOT NULL REFERENCES members (id),
    status_id   TEXT NOT NULL,          -- as applications name it
    created_at  TIMESTAMPTZ NOT NULL,
    UNIQUE (member_id, status_id)
);
CREATE TABLE client_markers (           -- how far a member has read, so that their devices agree
    member_id   TEXT NOT NULL REFERENCES members (id),
    timeline    TEXT NOT NULL,          -- home, notifications; cleared: up to where notifications were cleared
    last_read   TEXT NOT NULL,
    version     INTEGER NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, timeline)
);
CREATE TABLE client_dismissals (        -- notices that a member put away in an application
    member_id   TEXT NOT NULL REFERENCES members (id),
    notice_id   TEXT NOT NULL,
    PRIMARY KEY (member_id, notice_id)
);
