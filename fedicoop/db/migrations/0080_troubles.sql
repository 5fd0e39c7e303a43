-- The last errors of the house, gathered by fault; at most a hundred.
CREATE TABLE troubles (
    fault TEXT PRIMARY KEY,               -- a mark of event, sort and place
    event TEXT NOT NULL,
    about TEXT NOT NULL,
    place TEXT NOT NULL,
    sample TEXT NOT NULL,
    request TEXT NOT NULL,
    times INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL
);
