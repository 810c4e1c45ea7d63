-- What identifies (identifiers, telephone numbers) has a b-tree of its own: it is asked for alone and must be found at once.
-- Every key that is unique begins with the bucket, or there is none. Reasons: docs/adr/0013-storage-layout-measured.md.

create table record.identifier_entry (
  bucket smallint not null,
  key bigint not null,
  rid bigint not null
);
comment on table record.identifier_entry is 'Hashes of tokens that identify, each with its parameter; they are not in resource.keys.';
create index identifier_entry_key on record.identifier_entry (key) include (bucket, rid);
create index identifier_entry_rid on record.identifier_entry (rid);
alter table record.identifier_entry
  set (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05);
grant select, insert, update, delete on record.identifier_entry to vsis_app;

drop index record.range_entry_value;
create index range_entry_value on record.range_entry (parameter, lo, hi) include (bucket, rid);

-- The locator is kept where the id speaks of, so that it is found without asking everywhere.
alter table record.locator add column home smallint;
update record.locator
set home = case
  when id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
    then ('x0' || substr(id, 16, 3))::bit(16)::integer
  else ('x' || encode(substring(sha256(convert_to(id, 'UTF8')) from 7 for 2), 'hex'))::bit(16)::integer & 4095
end;
alter table record.locator alter column home set not null;
alter table record.locator drop constraint locator_pkey;
alter table record.locator add constraint locator_pkey primary key (home, type, id);
comment on column record.locator.home is 'The bucket the id speaks of.';

alter table record.change drop constraint change_pkey;
create index change_seq on record.change (seq);

alter table audit.entry add column bucket smallint not null default 0;
alter table audit.entry alter column bucket drop default;
alter table audit.entry drop constraint entry_pkey;
create index entry_seq on audit.entry (seq);
comment on column audit.entry.bucket is 'That of the resource or of the one patient seen; any other record lies anywhere.';

create or replace function record.refresh_statistics() returns void
language plpgsql
security definer
set search_path = record, pg_temp
as $$
begin
  analyze record.resource;
  analyze record.range_entry;
  analyze record.identifier_entry;
  analyze record.locator;
  analyze record.history;
  analyze record.change;
end
$$;
