-- Erasure goes bucket by bucket and table by table, so that each statement finds its server where the record is spread over
-- several, and reads only the part of the log in which the changes of the erased versions lie.

create or replace function record.erase(
  erased_buckets smallint[], erased_types text[], erased_ids text[], by_actor text, by_request text,
  subject_bucket smallint, subject_type text, subject_id text, on_basis text, for_reason text
) returns integer
language plpgsql
security definer
set search_path = record, pg_temp
as $$
declare
  here smallint;
  types text[];
  ids text[];
  rids bigint[];
  moments timestamptz[];
  patients text[];
  versions integer[];
  erased integer := 0;
begin
  for here in select distinct b from unnest(erased_buckets) as b order by b loop
    select array_agg(g.type), array_agg(g.id) into types, ids
    from (
      select distinct e.type, e.id
      from unnest(erased_buckets, erased_types, erased_ids) as e(bucket, type, id)
      where e.bucket = here
    ) as g;

    select array_agg(r.rid) into rids
    from record.resource r
    where r.bucket = here and (r.type, r.id) in (select * from unnest(types, ids));

    select array_agg(v.updated) into moments
    from (
      select r.updated from record.resource r
      where r.bucket = here and (r.type, r.id) in (select * from unnest(types, ids))
      union all
      select h.updated from record.history h
      where h.bucket = here and (h.type, h.id) in (select * from unnest(types, ids))
    ) as v;

    -- the newest version of each, and the patient it was last stored with
    select array_agg(v.type), array_agg(v.id), array_agg(v.version), array_agg(l.patient)
    into types, ids, versions, patients
    from (
      select k.type, k.id, max(k.version) as version
      from (
        select r.type, r.id, r.version from record.resource r
        where r.bucket = here and (r.type, r.id) in (select * from unnest(types, ids))
        union all
        select h.type, h.id, h.version from record.history h
        where h.bucket = here and (h.type, h.id) in (select * from unnest(types, ids))
      ) as k
      group by k.type, k.id
    ) as v
      left join (
        select c.type, c.id, (array_agg(c.patient order by c.version desc))[1] as patient
        from record.change c
        where c.bucket = here and c.updated = any(moments) and c.patient is not null
          and (c.type, c.id) in (select * from unnest(types, ids))
        group by c.type, c.id
      ) as l on l.type = v.type and l.id = v.id;

    delete from record.range_entry e where e.bucket = here and e.rid = any(rids);
    delete from record.identifier_entry e
    using record.resource r
    where e.bucket = here and r.bucket = here and r.rid = any(rids)
      and (r.type, r.id) in (select * from unnest(types, ids)) and e.rid = r.rid and e.key = any(r.identified);
    delete from record.resource r where r.bucket = here and (r.type, r.id) in (select * from unnest(types, ids));
    delete from record.history h where h.bucket = here and (h.type, h.id) in (select * from unnest(types, ids));
    delete from record.change c
    where c.bucket = here and c.updated = any(moments) and (c.type, c.id) in (select * from unnest(types, ids));

    -- what stays: that there was something, that it was erased, and who did it
    insert into record.history (bucket, type, id, version, updated, method, content)
    select here, g.type, g.id, g.version + 1,
      greatest(now(), (select max(m) from unnest(moments) as m) + interval '1 millisecond'), 'ERASE', null
    from unnest(types, ids, versions) as g(type, id, version);
    insert into record.change (bucket, type, id, version, method, updated, patient)
    select here, g.type, g.id, g.version + 1, 'ERASE',
      greatest(now(), (select max(m) from unnest(moments) as m) + interval '1 millisecond'), g.patient
    from unnest(types, ids, versions, patients) as g(type, id, version, patient);
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
    select here, by_actor, 'ERASE', g.type, g.id, g.version + 1, g.patient, by_request
    from unnest(types, ids, versions, patients) as g(type, id, version, patient);
    erased := erased + coalesce(array_length(types, 1), 0);
  end loop;

  insert into audit.erasure (bucket, actor, request_id, type, id, resources, legal_basis, reason)
  values (subject_bucket, by_actor, by_request, subject_type, subject_id, erased, on_basis, for_reason);
  return erased;
end
$$;
