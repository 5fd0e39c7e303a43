-- SQLite's own, as 0007: distances and turns are computed where the rows are; every listing is then taken in anew.
DROP TABLE search_listings;
CREATE TABLE search_listings (          -- what is published, as the search sees it: listings/index.py fills it
    number      INTEGER PRIMARY KEY,    -- the later published, the larger; the rowid of its tokens
    listing_id  TEXT NOT NULL UNIQUE REFERENCES listings (id),
    owner       INTEGER NOT NULL,       -- a number for the coop or actor whose it is
    x           DOUBLE PRECISION,       -- its blurred place on a globe of radius 1; NULL: it says none
    y           DOUBLE PRECISION,
    z           DOUBLE PRECISION,
    available_from TIMESTAMPTZ,
    available_to TIMESTAMPTZ
);
DELETE FROM search_tokens;
DELETE FROM meta WHERE key IN ('search.version', 'search.taken_in');
