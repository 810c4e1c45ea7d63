-- Requests that are answered later (exports, imports): what was asked, who works on it, how far it is, what came of it.

create schema bulk;

create table bulk.job (
  id text collate "C" not null,
  kind text not null,
  actor text not null,
  request text not null,
  requires_token boolean not null,
  plan jsonb not null,
  requested timestamptz not null default now(),
  state text not null default 'waiting',
  attempt integer not null default 0,
  owner text,
  lease_until timestamptz,
  progress jsonb,
  outcome jsonb,
  problem jsonb,
  expires timestamptz,
  constraint job_pkey primary key (id),
  constraint job_state check (state in ('waiting', 'running', 'done', 'failed'))
);
comment on table bulk.job is 'Requests answered later. A cancelled or expired one is deleted.';
comment on column bulk.job.actor is 'Who asked; nobody else sees the job.';
comment on column bulk.job.request is 'Address of the request, as the manifest repeats it.';
comment on column bulk.job.requires_token is 'The request came with a bearer token, so its files need one too.';
comment on column bulk.job.attempt is 'How often a process has begun or gone on with it; files of another attempt are left alone.';
comment on column bulk.job.owner is 'The process that works on it, as long as its lease lasts.';
comment on column bulk.job.progress is 'All that is needed to go on after a kill.';
comment on column bulk.job.outcome is 'What it came to, by kind.';
comment on column bulk.job.problem is 'Why it failed: kind, code, text and issues of an error.';

create index job_state_requested on bulk.job (state, requested);

grant usage on schema bulk to vsis_app;
grant select, insert, update, delete on bulk.job to vsis_app;
