-- What other houses answered us, whom we turned away, and which houses read what: bounded, and of hosts only.
CREATE TABLE answers (                  -- what became of each letter of ours, inbox by inbox; the latest of each house
    activity_id TEXT NOT NULL,
    inbox       TEXT NOT NULL,
    host        TEXT NOT NULL,
    type        TEXT NOT NULL,
    object_id   TEXT NOT NULL,
    first_at    TIMESTAMPTZ NOT NULL,   -- when it was first tried
    at          TIMESTAMPTZ NOT NULL,   -- when it was last tried
    tries       INTEGER NOT NULL,
    status      INTEGER,                -- NULL: no answer came
    problem     TEXT NOT NULL,          -- the key of what went wrong; '' where it was taken
    said        TEXT NOT NULL,          -- the beginning of a no, in their words
    PRIMARY KEY (activity_id, inbox)
);
CREATE INDEX answers_host ON answers (host, at);
CREATE TABLE turned_away (              -- letters that were refused at the door, by who they claim to come from
    host        TEXT NOT NULL,
    problem     TEXT NOT NULL,          -- the key of why
    detail      TEXT NOT NULL,
    times       INTEGER NOT NULL,
    first_at    TIMESTAMPTZ NOT NULL,
    last_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (host, problem)
);
CREATE TABLE readings (                 -- which houses fetched a listing or an actor of ours
    object_id   TEXT NOT NULL,
    host        TEXT NOT NULL,
    first_at    TIMESTAMPTZ NOT NULL,
    last_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (object_id, host)
);
CREATE INDEX readings_host ON readings (host, last_at);
