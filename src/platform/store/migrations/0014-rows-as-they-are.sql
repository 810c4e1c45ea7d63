-- Rows of up to half a page stay as they are: compressing those of a little over 2 kB, and moving some out of line, cost a
-- sixth of what a new Patient costs the database, and each reader had to undo it.
alter table record.resource set (toast_tuple_target = 4080);

-- A growing record was analysed every few seconds, for a tenth of the work of its writers; loads ask for it themselves.
alter table record.resource set (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.1);
alter table record.range_entry set (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.1);
alter table record.identifier_entry set (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.1);
alter table record.history set (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.1);
alter table record.change set (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.1);
