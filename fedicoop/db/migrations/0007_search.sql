-- SQLite's own: FTS5 holds the tokens.  PostgreSQL keeps them as a tsvector of the configuration "simple" instead.
CREATE TABLE search_listings (          -- what is published, as the search sees it: listings/index.py fills it
    number      INTEGER PRIMARY KEY,    -- the later published, the larger; the rowid of its tokens
    listing_id  TEXT NOT NULL UNIQUE REFERENCES listings (id),
    owner_id    TEXT NOT NULL,          -- the coop or actor whose it is
    latitude    DOUBLE PRECISION,       -- blurred: distances are taken from here
    longitude   DOUBLE PRECISION,
    available_from TIMESTAMPTZ,
    available_to TIMESTAMPTZ
);
CREATE VIRTUAL TABLE search_tokens USING fts5 (
    tokens, detail = none, columnsize = 0, tokenize = "ascii tokenchars '.-_'", prefix = '4 5'
);
CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab ('search_tokens', 'row');
CREATE TABLE synonyms (                 -- words that stand for each other here, besides those of everybody
    id          TEXT PRIMARY KEY,
    coop_id     TEXT NOT NULL REFERENCES actors (id),
    line        TEXT NOT NULL,          -- vélo = bike, outil > marteau, scie
    created_at  TIMESTAMPTZ NOT NULL
);
ALTER TABLE listings DROP COLUMN words;
