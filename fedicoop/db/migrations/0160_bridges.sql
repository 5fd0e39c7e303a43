-- What came from relatives of ours: events are shown as such, and each thing with what it was written with.
ALTER TABLE listings ADD COLUMN event BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE listings ADD COLUMN software TEXT NOT NULL DEFAULT '';
CREATE INDEX listings_events ON listings (published_at) WHERE event;
