-- People: how they join, how they sign in, what may be tried how often, and what a form held.
ALTER TABLE coops ADD COLUMN joining TEXT NOT NULL DEFAULT 'invitation' CHECK (joining IN ('invitation', 'request', 'open'));
ALTER TABLE coops ADD COLUMN joining_text TEXT NOT NULL DEFAULT '';  -- what joining means here: price, charter; Markdown
ALTER TABLE coops ADD COLUMN members_invite BOOLEAN NOT NULL DEFAULT FALSE;  -- any member may, not stewards alone
ALTER TABLE members ADD COLUMN password TEXT;           -- Argon2id as a PHC string; NULL: they have none
ALTER TABLE members ADD COLUMN left_at TIMESTAMPTZ;     -- gone for good; the row keeps the name from being used again
CREATE INDEX members_away ON members (away_until) WHERE away_until IS NOT NULL;
ALTER TABLE sessions ADD COLUMN renew BOOLEAN NOT NULL DEFAULT FALSE;  -- rights changed: a new id at the next page
ALTER TABLE links ADD COLUMN created_at TIMESTAMPTZ;
ALTER TABLE links ADD COLUMN member_id TEXT REFERENCES members (id);  -- whom it lets in, or whose address it confirms
ALTER TABLE links ADD COLUMN maker_id TEXT REFERENCES members (id);   -- who invited
ALTER TABLE links ADD COLUMN address TEXT;              -- where it was sent: whoever opens it reads mail there
ALTER TABLE links ADD COLUMN candidate_id TEXT;         -- who asked to join, and is answered by it
ALTER TABLE links ADD COLUMN note TEXT NOT NULL DEFAULT '';  -- the inviter's own words for their list
ALTER TABLE links ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE links ADD COLUMN most_uses INTEGER NOT NULL DEFAULT 1;
CREATE INDEX links_coop ON links (coop_id, purpose);
CREATE TABLE candidates (               -- people who ask to join, and what a steward answered
    id          TEXT PRIMARY KEY,
    coop_id     TEXT NOT NULL REFERENCES actors (id),
    name        TEXT NOT NULL,
    email       TEXT,
    why         TEXT NOT NULL,
    language    TEXT NOT NULL,
    asked_at    TIMESTAMPTZ NOT NULL,
    answer      TEXT CHECK (answer IN ('accepted', 'declined')),
    answered_at TIMESTAMPTZ,
    joined_at   TIMESTAMPTZ
);
CREATE INDEX candidates_waiting ON candidates (coop_id, asked_at) WHERE answer IS NULL;
CREATE TABLE passkeys (                 -- WebAuthn credentials
    id          TEXT PRIMARY KEY,       -- the credential's id, base64url
    member_id   TEXT NOT NULL REFERENCES members (id),
    credential  TEXT NOT NULL,          -- attested credential data, base64url: id and public key
    name        TEXT NOT NULL,
    sign_count  INTEGER NOT NULL DEFAULT 0,
    created_at  TIMESTAMPTZ NOT NULL,
    used_at     TIMESTAMPTZ
);
CREATE INDEX passkeys_member ON passkeys (member_id);
CREATE TABLE challenges (               -- what a browser must sign with a passkey, once, within minutes
    id          TEXT PRIMARY KEY,       -- hash of the secret that the browser holds
    state       TEXT NOT NULL,          -- JSON
    member_id   TEXT REFERENCES members (id),  -- who registers; NULL: somebody signs in
    expires_at  TIMESTAMPTZ NOT NULL
);
CREATE TABLE consents (                 -- what members agreed to, in which words, and until when
    id          TEXT PRIMARY KEY,
    member_id   TEXT NOT NULL REFERENCES members (id),
    kind        TEXT NOT NULL,          -- age, charter, found
    words       TEXT NOT NULL,          -- as they read them
    given_at    TIMESTAMPTZ NOT NULL,
    withdrawn_at TIMESTAMPTZ
);
CREATE INDEX consents_member ON consents (member_id);
CREATE TABLE resting (                  -- listings that rest while their member is away, and come back with them
    listing_id  TEXT PRIMARY KEY,
    member_id   TEXT NOT NULL REFERENCES members (id)
);
CREATE INDEX resting_member ON resting (member_id);
CREATE TABLE limits (                   -- how often something was tried of late, by account and by address
    name        TEXT PRIMARY KEY,
    taken       INTEGER NOT NULL,
    until       TIMESTAMPTZ NOT NULL
);
CREATE INDEX limits_until ON limits (until);
CREATE TABLE kept_forms (               -- what was sent without a session: shown again after signing in
    id          TEXT PRIMARY KEY,       -- hash of the secret in the browser's cookie
    path        TEXT NOT NULL,
    fields      TEXT NOT NULL,          -- JSON: names to lists of values
    files       BOOLEAN NOT NULL,       -- there were files with it, which are not kept
    expires_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX kept_forms_until ON kept_forms (expires_at);
