-- Who holds a lease: so that a process which starts again takes back at once what it held when it died.
ALTER TABLE jobs ADD COLUMN leased_by TEXT NOT NULL DEFAULT '';
