-- Subscriptions as they are served, and the events that are owed to them.

create schema subscriptions;

create table subscriptions.subscription (
  bucket smallint not null,
  id text collate "C" not null,
  version integer not null,
  content text not null,
  channel text not null,
  state text not null,
  agreed boolean not null default false,
  events bigint not null default 0,
  delivered bigint not null default 0,
  failures integer not null default 0,
  due timestamptz,
  contacted timestamptz,
  error text,
  constraint subscription_pkey primary key (bucket, id),
  constraint subscription_state check (state in ('requested', 'active', 'error', 'off')),
  constraint subscription_numbers check (delivered <= events)
);
comment on table subscriptions.subscription is 'Every Subscription of the record that was not deleted, as it is served.';
comment on column subscriptions.subscription.version is 'Version of the resource this row follows; an older one changes nothing here.';
comment on column subscriptions.subscription.content is 'The Subscription as its client last wrote it.';
comment on column subscriptions.subscription.agreed is 'The endpoint has accepted a handshake since the client last wrote the Subscription.';
comment on column subscriptions.subscription.events is 'Events since the subscription was created: the number of the last one.';
comment on column subscriptions.subscription.delivered is 'Number of the last event the endpoint has accepted.';
comment on column subscriptions.subscription.failures is 'Attempts in vain since the last success.';
comment on column subscriptions.subscription.due is 'When there is something to do for it next: handshake, events, heartbeat, end. Null: nothing.';
comment on column subscriptions.subscription.contacted is 'When the endpoint last accepted something.';
create index subscription_due on subscriptions.subscription (due) where due is not null;

create table subscriptions.event (
  bucket smallint not null,
  subscription text collate "C" not null,
  number bigint not null,
  at timestamptz not null,
  resource_bucket smallint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  method text not null,
  constraint event_pkey primary key (bucket, subscription, number)
);
comment on table subscriptions.event is 'Events of each subscription, numbered without gaps from 1; kept for some days behind their delivery.';
comment on column subscriptions.event.bucket is 'That of the subscription.';
create index event_at on subscriptions.event (at);

create table subscriptions.binding_token (
  hash bytea not null,
  subscriptions text[] not null,
  expires timestamptz not null,
  constraint binding_token_pkey primary key (hash)
);
comment on table subscriptions.binding_token is 'Tokens a websocket may be bound with, by their SHA-256.';

grant usage on schema subscriptions to vsis_app;
grant select, insert, update, delete on subscriptions.subscription, subscriptions.event, subscriptions.binding_token
  to vsis_app;
