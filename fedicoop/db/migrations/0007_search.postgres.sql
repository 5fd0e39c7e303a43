-- PostgreSQL's own, as it stands after 0008: the tokens of each listing are a tsvector made of them as they are.
CREATE TABLE search_listings (          -- what is published, as the search sees it: listings/index.py fills it
    number      BIGINT PRIMARY KEY,     -- the later published, the larger
    listing_id  TEXT NOT NULL UNIQUE REFERENCES listings (id),
    owner       BIGINT NOT NULL,        -- a number for the coop or actor whose it is
    x           DOUBLE PRECISION,       -- its blurred place on a globe of radius 1; NULL: it says none
    y           DOUBLE PRECISION,
    z           DOUBLE PRECISION,
    available_from TIMESTAMPTZ,
    available_to TIMESTAMPTZ,
    tokens      TSVECTOR NOT NULL
);
CREATE INDEX search_tokens ON search_listings USING gin (tokens) WITH (fastupdate = off);
CREATE TABLE search_vocabulary (        -- the words that are written, and in how many listings each stands
    term        TEXT PRIMARY KEY,
    doc         BIGINT NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE synonyms (                 -- words that stand for each other here, besides those of everybody
    id          TEXT PRIMARY KEY,
    coop_id     TEXT NOT NULL REFERENCES actors (id),
    line        TEXT NOT NULL,          -- vélo = bike, outil > marteau, scie
    created_at  TIMESTAMPTZ NOT NULL
);
ALTER TABLE listings DROP COLUMN words;
