-- How far each subscriber of the log of changes has come.

create schema events;

create table events.subscriber (
  name text collate "C" not null,
  position text not null,
  handled bigint not null default 0,
  updated timestamptz not null default now(),
  constraint subscriber_pkey primary key (name)
);
comment on table events.subscriber is 'Per subscriber of record.change: the position behind the last change whose effect is committed.';
comment on column events.subscriber.handled is 'Changes handled since the subscriber began.';

grant usage on schema events to vsis_app;
grant select, insert, update on events.subscriber to vsis_app;
