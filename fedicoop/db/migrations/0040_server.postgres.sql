-- PostgreSQL's own: tables whose rows come and go are swept often, so that a long queue stays as quick as a short one.
ALTER TABLE jobs SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 200);
ALTER TABLE lanes SET (fillfactor = 80, autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE peers SET (fillfactor = 80);
ALTER TABLE limits SET (fillfactor = 80, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE cooldowns SET (autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE received SET (autovacuum_vacuum_scale_factor = 0.05);
