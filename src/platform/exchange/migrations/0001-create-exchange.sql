-- How far imports have come, so that an interrupted one goes on where it stopped.

create schema exchange;

create table exchange.import_progress (
  source text not null,
  items bigint not null,
  finished boolean not null,
  updated timestamptz not null default now(),
  constraint import_progress_pkey primary key (source)
);
comment on table exchange.import_progress is 'Per imported file: items whose fate is decided and stored.';
comment on column exchange.import_progress.source is 'Hash of path, size and time of the file; a changed file is a new source.';

grant usage on schema exchange to vsis_app;
grant select, insert, update, delete on exchange.import_progress to vsis_app;
