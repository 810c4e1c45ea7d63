-- The record: FHIR resources, their superseded versions, what they are found by, and the log of changes.
-- Reasons and figures: docs/adr/0010-storage-layout.md.

create schema record;
create schema audit;

create sequence record.rid;
comment on sequence record.rid is 'Numbers resources in the order they were first written.';

create table record.resource (
  bucket smallint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  rid bigint not null,
  version integer not null,
  updated timestamptz not null,
  self bigint not null,
  patient text collate "C",
  patient_key bigint,
  date_lo timestamptz,
  date_hi timestamptz,
  label text,
  keys bigint[] not null,
  strings tsvector not null,
  content text not null,
  constraint resource_pkey primary key (bucket, type, id),
  constraint resource_rid unique (type, rid, bucket)
);
comment on table record.resource is 'Current version of every resource.';
comment on column record.resource.bucket is 'Shard number 0..4095, the same for all resources of a patient.';
comment on column record.resource.self is 'Hash of Type/id; combined with a parameter it gives the key of a reference to this resource.';
comment on column record.resource.patient is 'Logical id of the patient whose compartment holds the resource.';
comment on column record.resource.patient_key is 'Hash of Patient/id of that patient.';
comment on column record.resource.date_lo is 'Begin of the clinically leading date.';
comment on column record.resource.label is 'Name or title, for sorting.';
comment on column record.resource.keys is 'Hashes of tokens, references, uris and exact strings, each with its parameter.';
comment on column record.resource.strings is 'Folded texts, each as parameter=text, for search by beginning.';
comment on column record.resource.content is 'The resource as JSON text, exactly as it is answered.';

create index resource_patient on record.resource (patient_key, type, date_lo) where patient_key is not null;
create index resource_date on record.resource (type, date_lo) where date_lo is not null;
create index resource_self on record.resource (self);
create index resource_updated on record.resource (type, updated);
create index resource_keys on record.resource using gin (keys) with (gin_pending_list_limit = 1024);
create index resource_strings on record.resource using gin (strings) with (gin_pending_list_limit = 1024);

create table record.range_entry (
  bucket smallint not null,
  type text collate "C" not null,
  rid bigint not null,
  parameter integer not null,
  lo numeric not null,
  hi numeric not null,
  units bigint[],
  tokens bigint[]
);
comment on table record.range_entry is 'Dates (ms since 1970), numbers and quantities that have no column of their own.';
create index range_entry_value on record.range_entry (parameter, lo, hi) include (rid);
create index range_entry_rid on record.range_entry (rid, parameter);

create table record.locator (
  type text collate "C" not null,
  id text collate "C" not null,
  bucket smallint not null,
  constraint locator_pkey primary key (type, id)
);
comment on table record.locator is 'Bucket of resources whose id does not tell it.';

create table record.history (
  bucket smallint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  updated timestamptz not null,
  method text not null,
  content text,
  constraint history_pkey primary key (bucket, type, id, version)
);
comment on table record.history is 'Superseded versions, and deletions (content is null).';

create table record.change (
  seq bigint generated always as identity,
  bucket smallint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  method text not null,
  updated timestamptz not null,
  patient text collate "C",
  transaction xid8 not null default pg_current_xact_id(),
  constraint change_pkey primary key (seq)
);
comment on table record.change is 'Log of every committed write in order: source of history lists and of events (outbox).';
comment on column record.change.transaction is 'Readers of events stop at the oldest transaction still open, so that none that commits late is passed.';
create index change_type on record.change (type, seq);

create table audit.entry (
  seq bigint generated always as identity,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  type text,
  id text,
  version integer,
  patient text,
  request_id text,
  constraint entry_pkey primary key (seq)
);
comment on table audit.entry is 'Who did what to which resource; append-only by grant.';

grant usage on schema record, audit to vsis_app;
grant usage on sequence record.rid to vsis_app;
grant select, insert, update, delete on record.resource, record.range_entry, record.locator to vsis_app;
grant select, insert on record.history, record.change to vsis_app;
grant select, insert on audit.entry to vsis_app;
