-- A young record grows from nothing to millions of rows in minutes; without statistics the planner reads whole types
-- where a key would do.

alter table record.resource set (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05);
alter table record.range_entry set (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05);
alter table record.history set (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05);
alter table record.change set (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05);

-- Every search reads the pending list of the index; a short one costs a write little.
alter index record.resource_keys set (gin_pending_list_limit = 256);
alter index record.resource_strings set (gin_pending_list_limit = 256);

create function record.refresh_statistics() returns void
language plpgsql
security definer
set search_path = record, pg_temp
as $$
begin
  analyze record.resource;
  analyze record.range_entry;
  analyze record.locator;
  analyze record.history;
  analyze record.change;
end
$$;
comment on function record.refresh_statistics() is 'Lets the application, which owns no table, tell the planner of a load.';
revoke all on function record.refresh_statistics() from public;
grant execute on function record.refresh_statistics() to vsis_app;
