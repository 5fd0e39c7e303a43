-- Who likes, shares and quotes which listing, in the SQL that SQLite (3.40 and newer) and PostgreSQL (15 and newer) share.
CREATE TABLE reactions (
    kind        TEXT NOT NULL CHECK (kind IN ('like', 'share', 'quote')),
    actor_id    TEXT NOT NULL REFERENCES actors (id),
    listing_id  TEXT NOT NULL REFERENCES listings (id) ON DELETE CASCADE,  -- they go with it
    mark        TEXT NOT NULL DEFAULT '',  -- of a like its emoji, as plain text; of a quote the note that quotes
    id          TEXT NOT NULL,             -- the activity by which it was said
    stamp       TEXT,                      -- of a quote: the last part of the address of our permission
    at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, actor_id, listing_id, mark)
);
CREATE INDEX reactions_listing ON reactions (listing_id, kind, at);
CREATE INDEX reactions_actor ON reactions (actor_id, id);
CREATE UNIQUE INDEX reactions_stamp ON reactions (stamp) WHERE stamp IS NOT NULL;
INSERT INTO reactions (kind, actor_id, listing_id, mark, id, at)
    SELECT 'share', b.actor_id, b.listing_id, '', b.id, b.at
    FROM boosts b JOIN listings l ON l.id = b.listing_id WHERE l.local;
