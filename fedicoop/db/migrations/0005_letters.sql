-- How long a letter is worth sending and what came of it; what members want to be told by mail, and how often.
ALTER TABLE mails ADD COLUMN until TIMESTAMPTZ;         -- not sent after that: a link that has ended helps nobody
ALTER TABLE mails ADD COLUMN ended_at TIMESTAMPTZ;      -- not sent, and never will be: refused, or too late
ALTER TABLE mails ADD COLUMN answer TEXT;               -- why, in the mail server's words
CREATE INDEX mails_waiting ON mails (until) WHERE sent_at IS NULL AND ended_at IS NULL;
CREATE TABLE bounces (                  -- addresses that a mail server would not take; gone with the next success
    address     TEXT PRIMARY KEY,
    refusals    INTEGER NOT NULL,       -- in a row
    last_at     TIMESTAMPTZ NOT NULL
);
ALTER TABLE notices ADD COLUMN mailed_at TIMESTAMPTZ;   -- put into a letter
CREATE INDEX notices_unmailed ON notices (created_at) WHERE seen_at IS NULL AND mailed_at IS NULL;
CREATE TABLE notice_choices (           -- how a member wants a family of notices by mail; no row: as the family's default is
    member_id   TEXT NOT NULL REFERENCES members (id),
    family      TEXT NOT NULL,          -- fedicoop/notices/kinds.py
    pace        TEXT NOT NULL CHECK (pace IN ('instant', 'daily', 'weekly', 'never')),
    PRIMARY KEY (member_id, family)
);
CREATE TABLE notice_readers (           -- the ways to a member's notices from outside; no row: none was asked for yet
    member_id   TEXT PRIMARY KEY REFERENCES members (id),
    by_mail     BOOLEAN NOT NULL DEFAULT TRUE,  -- false: no letter at all, whatever was chosen for each family
    stop_key    TEXT NOT NULL UNIQUE,   -- in each letter: stops them, without signing in
    feed_key    TEXT UNIQUE,            -- in the address of the feed; NULL: there is no feed
    written_at  TIMESTAMPTZ             -- the last letter of news as it comes, so that they keep apart
);
