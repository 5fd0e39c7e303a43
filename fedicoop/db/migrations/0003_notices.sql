-- What members should know, and the letters that carry it by mail.
CREATE TABLE notices (
    id          TEXT PRIMARY KEY,
    member_id   TEXT NOT NULL REFERENCES members (id),
    kind        TEXT NOT NULL,          -- its words are the texts notice.<kind> and notice.<kind>.why
    details     TEXT NOT NULL,          -- JSON: what fills the placeholders of those words
    path        TEXT NOT NULL,          -- where it leads, within this house
    key         TEXT NOT NULL,          -- what it is about: one notice for one thing
    created_at  TIMESTAMPTZ NOT NULL,
    seen_at     TIMESTAMPTZ,
    UNIQUE (member_id, kind, key)
);
CREATE INDEX notices_member ON notices (member_id, created_at);
CREATE INDEX notices_unread ON notices (member_id) WHERE seen_at IS NULL;
CREATE TABLE mails (                    -- each letter once: its row is written with what causes it
    key         TEXT PRIMARY KEY,       -- what it is about and for whom; a second one of that key is none
    address     TEXT NOT NULL,
    language    TEXT NOT NULL,
    template    TEXT NOT NULL,          -- templates/mail/<template>.txt
    details     TEXT NOT NULL,          -- JSON: what the template is given
    created_at  TIMESTAMPTZ NOT NULL,
    sent_at     TIMESTAMPTZ             -- accepted by the mail server
);
CREATE INDEX mails_created ON mails (created_at);
