-- Inboxes that are not there any more: after seven days of it, who read there follows no longer.
CREATE TABLE refusals (
    inbox       TEXT PRIMARY KEY,
    days        INTEGER NOT NULL,        -- different days on which it answered 404 or 410, with no success between
    refused_at  TIMESTAMPTZ NOT NULL     -- the last time
);
