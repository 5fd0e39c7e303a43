-- What a coop shows of itself: its colour, its sign, its words, where it is.
ALTER TABLE coops ADD COLUMN hue INTEGER;                          -- 0, 10 … 350; NULL: drawn from the host's name
ALTER TABLE coops ADD COLUMN logo TEXT;                            -- the name of a picture of ours, a square PNG
ALTER TABLE coops ADD COLUMN sentence TEXT NOT NULL DEFAULT '';    -- Markdown, as it was typed; the actor has the HTML
ALTER TABLE coops ADD COLUMN place_name TEXT;                      -- where the coop is
ALTER TABLE coops ADD COLUMN latitude DOUBLE PRECISION;
ALTER TABLE coops ADD COLUMN longitude DOUBLE PRECISION;
ALTER TABLE coops ADD COLUMN radius_km INTEGER;                    -- how far around its members usually go
ALTER TABLE coops ADD COLUMN contact TEXT NOT NULL DEFAULT '';     -- whom one asks: one line
ALTER TABLE coops ADD COLUMN hours TEXT NOT NULL DEFAULT '';       -- when somebody is there: one line
ALTER TABLE coops ADD COLUMN rules TEXT NOT NULL DEFAULT '';       -- Markdown
CREATE TABLE setups (                   -- what was answered in a set-up that is not over yet
    actor_id    TEXT PRIMARY KEY REFERENCES actors (id),  -- the coop, or the server where there is none yet
    answers     TEXT NOT NULL,          -- JSON
    done        INTEGER NOT NULL,       -- how many of its screens
    updated_at  TIMESTAMPTZ NOT NULL
);
