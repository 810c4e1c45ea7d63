-- A resource may have been stored as one patient's and later be another's. When the first one's record is erased, those
-- versions lose what they hold and become ERASE where they stand; the others of the resource stay.

create function record.erase_versions_here(
  here smallint, erased_type text, erased_id text, erased_versions text, about text, by_actor text, by_request text
) returns void
language plpgsql
security definer
set search_path = record, pg_temp
as $$
declare
  numbers integer[];
  moments timestamptz[];
begin
  with erased as (
    update record.history h set content = null, method = 'ERASE'
    where h.bucket = here and h.type = erased_type and h.id = erased_id
      and h.version = any(erased_versions::integer[]) and h.content is not null
    returning h.version, h.updated
  )
  select array_agg(e.version), array_agg(e.updated) into numbers, moments from erased e;
  -- only the part of the log in which the changes lie is read
  update record.change c set method = 'ERASE'
  where c.bucket = here and c.updated = any(moments) and c.type = erased_type and c.id = erased_id
    and c.version = any(numbers);
  insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
  select here, by_actor, 'ERASE', erased_type, erased_id, g.version, about, by_request
  from unnest(numbers) as g(version);
end
$$;
comment on function record.erase_versions_here is 'Takes the content of superseded versions of a resource that is another patient''s now.';
revoke all on function record.erase_versions_here from public;
grant execute on function record.erase_versions_here to vsis_app;
comment on column record.history.method is 'Interaction that made this version: POST, PUT, PATCH or DELETE; ERASE where its content, or all that was before it, was erased.';
