-- Who ran which view over what. A run can show every patient there is, so what was asked is kept as a whole, beside the
-- entry in the audit trail that has the same number of the request.

create table views.run (
  at timestamptz not null default now(),
  actor text not null,
  request_id text,
  resource_type text not null,
  name text,
  url text,
  definition text not null,
  filters jsonb not null,
  format text not null
);
comment on table views.run is 'Every run of a view over the record; append-only by grant.';
comment on column views.run.resource_type is 'Type of the resources it was run over.';
comment on column views.run.definition is 'The ViewDefinition as JSON, as it was run.';
comment on column views.run.filters is 'What the run was narrowed to: patients, groups, since, limit; whether the resources came with the request.';
create index run_at on views.run (at);

grant select, insert on views.run to vsis_app;
