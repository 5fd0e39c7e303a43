-- Coops say what their house understands (FEP-844e), in the SQL that SQLite (3.40 and newer) and PostgreSQL (15 and newer) share.
UPDATE actors SET implements = (SELECT s.implements FROM actors s WHERE s.local AND s.type = 'Application' LIMIT 1)
WHERE local AND type = 'Organization' AND EXISTS (SELECT 1 FROM actors s WHERE s.local AND s.type = 'Application');
