-- One entry for each identifying token, whatever it is asked by; the resource keeps what its entries are, so that a version
-- that changes none of them touches none.

drop table record.identifier_entry;
create table record.identifier_entry (
  bucket smallint not null,
  key bigint not null,
  system bigint not null,
  rid bigint not null
);
comment on table record.identifier_entry is 'Tokens that identify, each with its parameter; they are not in resource.keys.';
comment on column record.identifier_entry.key is 'Hash of the value with its parameter.';
comment on column record.identifier_entry.system is 'Hash of the system the value belongs to, 0 where it has none.';
create index identifier_entry_key on record.identifier_entry (key) include (system, bucket, rid);
alter table record.identifier_entry
  set (autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05);
grant select, insert, update, delete on record.identifier_entry to vsis_app;

alter table record.resource add column identified bigint[] not null default '{}';
alter table record.resource alter column identified drop default;
comment on column record.resource.identified is 'Its identifier entries: key, system, key, system and so on.';
