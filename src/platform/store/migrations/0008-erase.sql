-- Lawful erasure: the one way in which a version, its history and its changes go. It leaves a version without content,
-- so that the id is known to have been used, one change, which tells subscribers, and its records in the audit trail.

create table audit.erasure (
  bucket smallint not null,
  seq bigint generated always as identity,
  at timestamptz not null default now(),
  actor text not null,
  request_id text,
  type text not null,
  id text not null,
  resources integer not null,
  legal_basis text not null,
  reason text not null
);
create index erasure_seq on audit.erasure (seq);
comment on table audit.erasure is 'Why content was erased, by whom and on what legal ground. What was erased is in audit.entry, action ERASE.';
comment on column audit.erasure.type is 'What the erasure was asked for: a resource, or the Patient whose whole record it is.';
comment on column audit.erasure.resources is 'How many resources were erased, with all their versions.';
grant select on audit.erasure to vsis_app;

comment on column record.history.method is 'Interaction that made this version: POST, PUT, PATCH or DELETE; ERASE where it stands for all that was erased.';
comment on column record.change.method is 'POST, PUT, PATCH, DELETE or ERASE.';

-- What was deleted has no row in record.resource any more, and is part of the patient's record all the same.
create index change_deletion on record.change (patient) where method = 'DELETE' and patient is not null;

create function record.erase(
  erased_buckets smallint[], erased_types text[], erased_ids text[], by_actor text, by_request text,
  subject_bucket smallint, subject_type text, subject_id text, on_basis text, for_reason text
) returns integer
language plpgsql
security definer
set search_path = record, pg_temp
as $$
declare
  erased integer;
begin
  delete from record.range_entry e
  using record.resource r, unnest(erased_buckets, erased_types, erased_ids) as g(bucket, type, id)
  where r.bucket = g.bucket and r.type = g.type and r.id = g.id and e.bucket = r.bucket and e.rid = r.rid;

  delete from record.identifier_entry e
  using record.resource r, unnest(erased_buckets, erased_types, erased_ids) as g(bucket, type, id)
  where r.bucket = g.bucket and r.type = g.type and r.id = g.id
    and e.key = any(r.identified) and e.bucket = r.bucket and e.rid = r.rid;

  with given as materialized (
    select distinct bucket, type, id from unnest(erased_buckets, erased_types, erased_ids) as g(bucket, type, id)
  ),
  present as (
    delete from record.resource r using given g
    where r.bucket = g.bucket and r.type = g.type and r.id = g.id
    returning r.bucket, r.type, r.id, r.version, r.updated, r.patient
  ),
  superseded as (
    delete from record.history h using given g
    where h.bucket = g.bucket and h.type = g.type and h.id = g.id
    returning h.bucket, h.type, h.id, h.version, h.updated
  ),
  logged as (
    delete from record.change c using given g
    where c.bucket = g.bucket and c.type = g.type and c.id = g.id
    returning c.bucket, c.type, c.id, c.version, c.updated, c.patient
  ),
  gone as (
    select bucket, type, id, max(version) + 1 as version, max(patient) as patient,
      greatest(now(), max(updated) + interval '1 millisecond') as updated
    from (
      select bucket, type, id, version, updated, patient from present
      union all
      select bucket, type, id, version, updated, null from superseded
      union all
      -- of several patients the resource was stored with, the last
      select distinct on (bucket, type, id) bucket, type, id, version, updated, patient
      from logged
      order by bucket, type, id, version desc
    ) as versions
    group by bucket, type, id
  ),
  kept as (
    insert into record.history (bucket, type, id, version, updated, method, content)
    select bucket, type, id, version, updated, 'ERASE', null from gone
  ),
  told as (
    insert into record.change (bucket, type, id, version, method, updated, patient)
    select bucket, type, id, version, 'ERASE', updated, patient from gone
  ),
  audited as (
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
    select bucket, by_actor, 'ERASE', type, id, version, patient, by_request from gone
  )
  select count(*) into erased from gone;

  insert into audit.erasure (bucket, actor, request_id, type, id, resources, legal_basis, reason)
  values (subject_bucket, by_actor, by_request, subject_type, subject_id, erased, on_basis, for_reason);
  return erased;
end
$$;
comment on function record.erase is 'Erases resources with all their versions. The application may delete from the history only in this way.';
revoke all on function record.erase from public;
grant execute on function record.erase to vsis_app;
