-- Where the record is spread over several servers (Citus), what is written into one bucket is one call of a function that is
-- carried out on the server the bucket lies on: one round trip, and a transaction of that server alone. Reasons and figures:
-- docs/guides/scale.md.

-- Servers count their transactions each for itself; the group of the server stands above the 48th bit.
create function record.transaction_number() returns xid8
language plpgsql
volatile
as $$
declare
  server bigint := 0;
begin
  if to_regclass('pg_catalog.pg_dist_local_group') is not null then
    execute 'select groupid from pg_catalog.pg_dist_local_group' into server;
  end if;
  return ((server << 48) | pg_current_xact_id()::text::bigint)::text::xid8;
end
$$;
comment on function record.transaction_number() is 'Number of the present transaction, unlike that of any other server of the record.';
comment on column record.change.transaction is 'As record.transaction_number() tells it. Readers go by windows of transactions that have all ended; a copy of the log in another server starts with 3, the oldest number there is.';

create function record.horizons() returns table (oldest text, next text)
language plpgsql
volatile
as $$
declare
  server record;
begin
  if to_regclass('pg_catalog.pg_dist_node') is null then
    return query select pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text from pg_current_snapshot() as s;
    return;
  end if;
  for server in execute $citus$
    select n.groupid::bigint as number, r.success, r.result
    from run_command_on_all_nodes(
        'select pg_snapshot_xmin(s)::text || '' '' || pg_snapshot_xmax(s)::text from pg_current_snapshot() as s') as r
      join pg_catalog.pg_dist_node n on n.nodeid = r.nodeid
    order by n.groupid
  $citus$ loop
    if not server.success then
      raise exception 'a server of the record does not answer: %', server.result using errcode = 'cannot_connect_now';
    end if;
    oldest := ((server.number << 48) | split_part(server.result, ' ', 1)::bigint)::text;
    next := ((server.number << 48) | split_part(server.result, ' ', 2)::bigint)::text;
    return next;
  end loop;
end
$$;
comment on function record.horizons() is 'Of each server: transactions below `oldest` have ended, and those from `next` on have not begun.';

-- A resource stays in the bucket it was first stored in, whoever it is about later, and may name further patients. A search by
-- patient asks the patient's bucket and those that are named here.
create table record.elsewhere (
  home smallint not null,
  patient text collate "C" not null,
  bucket smallint not null,
  constraint elsewhere_pkey primary key (home, patient, bucket)
);
comment on table record.elsewhere is 'Buckets other than their own in which resources of a patient''s compartment lie, or lay.';
comment on column record.elsewhere.home is 'The bucket the patient''s id speaks of.';
grant select, insert on record.elsewhere to vsis_app;

insert into record.elsewhere (home, patient, bucket)
select home, patient, bucket
from (
  select distinct named.id as patient, r.bucket,
    case
      when named.id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
        then ('x0' || substr(named.id, 16, 3))::bit(16)::integer
      else ('x' || encode(substring(sha256(convert_to(named.id, 'UTF8')) from 7 for 2), 'hex'))::bit(16)::integer & 4095
    end as home
  from record.resource r
    cross join lateral regexp_matches(r.content, '"reference"\s*:\s*"[^"]*Patient/([A-Za-z0-9\-.]{1,64})', 'g') as m
    cross join lateral (select m[1] as id) as named
) as mentioned
where home <> bucket;

-- Writes of one bucket; those that supersede a version which is not current any more are left out. Gives the places of those
-- that took place. `supersedes` is 0 where there must be nothing yet. Lists are the texts of arrays: a call whose arguments are
-- plain parameters is handed on as it is.
create function record.write(
  here smallint, methods text, types text, ids text, versions text, supersedes text, moments text, rids text, seqs text,
  selves text, patients text, patient_keys text, dates_lo text, dates_hi text, lead_keys text, labels text, keys text,
  key_firsts text, key_lasts text, tokens text, token_firsts text, token_lasts text, strings text, entry_separator text,
  contents text, separator text, actors text, requests text, range_places text,
  range_parameters text, range_los text, range_his text, range_units text, range_tokens text
) returns integer[]
language plpgsql
volatile
as $$
#variable_conflict use_column
declare
  own constant xid8 := record.transaction_number();
  given record;
  old record;
  all_keys constant bigint[] := keys::bigint[];
  all_tokens constant bigint[] := tokens::bigint[];
  own_keys bigint[];
  own_strings tsvector;
  entries bigint[];
  type_of constant text[] := types::text[];
  rid_of bigint[] := array_fill(null::bigint, array[cardinality(types::text[])]);
  done integer[] := '{}';
  about text;
begin
  for given in
    select *
    from unnest(methods::text[], type_of, ids::text[], versions::integer[], supersedes::integer[], moments::timestamptz[],
        rids::bigint[], seqs::bigint[], selves::bigint[], patients::text[], patient_keys::bigint[], dates_lo::timestamptz[],
        dates_hi::timestamptz[], lead_keys::bigint[], labels::text[], key_firsts::integer[], key_lasts::integer[],
        token_firsts::integer[], token_lasts::integer[], string_to_array(strings, separator),
        string_to_array(contents, separator), actors::text[], requests::text[]) with ordinality
      as g(method, type, id, version, supersedes, updated, rid, seq, self, patient, patient_key, date_lo, date_hi,
        lead_key, label, key_first, key_last, token_first, token_last, strings, content, actor, request_id, n)
  loop
    own_keys := all_keys[given.key_first:given.key_last];
    entries := all_tokens[given.token_first:given.token_last];
    own_strings := array_to_tsvector(string_to_array(coalesce(given.strings, ''), entry_separator));
    about := given.patient;
    if given.supersedes = 0 then
      rid_of[given.n] := given.rid;
      insert into record.resource (bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo,
        date_hi, lead_key, label, keys, identified, strings, content)
      values (here, given.type, given.id, given.rid, given.version, given.updated, given.method, given.self, given.patient,
        given.patient_key, given.date_lo, given.date_hi, given.lead_key, given.label, own_keys, entries,
        own_strings, given.content);
    else
      select r.rid, r.updated, r.method, r.patient, r.identified, r.content into old
      from record.resource r
      where r.bucket = here and r.type = given.type and r.id = given.id and r.version = given.supersedes
      for update;
      continue when not found;
      rid_of[given.n] := old.rid;
      about := coalesce(given.patient, old.patient);
      insert into record.history (bucket, type, id, version, updated, method, content)
      values (here, given.type, given.id, given.supersedes, old.updated, old.method, old.content);
      if given.method = 'DELETE' then
        delete from record.resource r where r.bucket = here and r.type = given.type and r.id = given.id;
        insert into record.history (bucket, type, id, version, updated, method, content)
        values (here, given.type, given.id, given.version, given.updated, 'DELETE', null);
      else
        update record.resource r
        set version = given.version, updated = given.updated, method = given.method, patient = given.patient,
          patient_key = given.patient_key, date_lo = given.date_lo, date_hi = given.date_hi, lead_key = given.lead_key,
          label = given.label, keys = own_keys, identified = entries,
          strings = own_strings, content = given.content
        where r.bucket = here and r.type = given.type and r.id = given.id;
      end if;
      delete from record.range_entry e where e.bucket = here and e.rid = old.rid;
      if given.method = 'DELETE' or entries <> old.identified then
        delete from record.identifier_entry e
        where e.bucket = here and e.rid = old.rid and e.key = any(old.identified);
      else
        entries := '{}';
      end if;
    end if;
    for at in 1..cardinality(entries) by 2 loop
      insert into record.identifier_entry (bucket, key, system, rid)
      values (here, entries[at], entries[at + 1], rid_of[given.n]);
    end loop;
    insert into record.change (seq, bucket, type, id, version, method, updated, patient, transaction)
    overriding system value
    values (given.seq, here, given.type, given.id, given.version, given.method, given.updated, about, own);
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
    values (here, given.actor, given.method, given.type, given.id, given.version, about, given.request_id);
    done := done || given.n::integer;
  end loop;
  for given in
    select *
    from unnest(range_places::integer[], range_parameters::integer[], range_los::numeric[], range_his::numeric[],
        range_units::text[], range_tokens::text[])
      as g(n, parameter, lo, hi, units, tokens)
  loop
    continue when rid_of[given.n] is null;
    insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
    values (here, type_of[given.n], rid_of[given.n], given.parameter, given.lo, given.hi, given.units::bigint[],
      given.tokens::bigint[]);
  end loop;
  return done;
end
$$;
comment on function record.write is 'Writes of one bucket, where the record is spread over several servers: called on the server that has it.';

-- The current version of a resource, with its record in the audit trail.
create function record.read_here(here smallint, sought_type text, sought_id text, by_actor text, by_request text)
returns table (bucket smallint, type text, id text, version integer, updated timestamptz, method text, patient text, content text)
language plpgsql
volatile
as $$
#variable_conflict use_column
declare
  found record;
begin
  select r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content into found
  from record.resource r
  where r.bucket = here and r.type = sought_type and r.id = sought_id;
  if found.id is null then
    return;
  end if;
  insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
  values (here, by_actor, 'R', found.type, found.id, found.version, found.patient, by_request);
  return query
    select here, found.type, found.id, found.version, found.updated, found.method, found.patient, found.content;
end
$$;
comment on function record.read_here is 'A read by id, where the record is spread over several servers: called on the server that has it.';

-- What record.erase did for all buckets in one call, for one, with the numbers of the changes it leaves: `seqs` has one for each.
create function record.erase_here(
  here smallint, erased_types text, erased_ids text, seqs text, by_actor text, by_request text
) returns void
language plpgsql
security definer
set search_path = record, pg_temp
as $$
declare
  own constant xid8 := record.transaction_number();
  given record;
  erased_rid bigint;
  tokens bigint[];
  moments timestamptz[];
  newest integer;
  about text;
  moment timestamptz;
begin
  for given in
    select * from unnest(erased_types::text[], erased_ids::text[], seqs::bigint[]) as g(type, id, seq)
  loop
    select array_agg(v.updated), max(v.version) into moments, newest
    from (
      select r.updated, r.version from record.resource r
      where r.bucket = here and r.type = given.type and r.id = given.id
      union all
      select h.updated, h.version from record.history h
      where h.bucket = here and h.type = given.type and h.id = given.id
    ) as v;
    continue when newest is null;
    -- the patient it was last stored with; only the part of the log in which its changes lie is read
    select c.patient into about
    from record.change c
    where c.bucket = here and c.updated = any(moments) and c.type = given.type and c.id = given.id and c.patient is not null
    order by c.version desc
    limit 1;
    select r.rid, r.identified into erased_rid, tokens
    from record.resource r
    where r.bucket = here and r.type = given.type and r.id = given.id;
    delete from record.range_entry e where e.bucket = here and e.rid = erased_rid;
    delete from record.identifier_entry e where e.bucket = here and e.rid = erased_rid and e.key = any(tokens);
    delete from record.resource r where r.bucket = here and r.type = given.type and r.id = given.id;
    delete from record.history h where h.bucket = here and h.type = given.type and h.id = given.id;
    delete from record.change c
    where c.bucket = here and c.updated = any(moments) and c.type = given.type and c.id = given.id;

    -- what stays: that there was something, that it was erased, and who did it
    select greatest(now(), max(m) + interval '1 millisecond') into moment from unnest(moments) as m;
    insert into record.history (bucket, type, id, version, updated, method, content)
    values (here, given.type, given.id, newest + 1, moment, 'ERASE', null);
    insert into record.change (seq, bucket, type, id, version, method, updated, patient, transaction)
    overriding system value
    values (given.seq, here, given.type, given.id, newest + 1, 'ERASE', moment, about, own);
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
    values (here, by_actor, 'ERASE', given.type, given.id, newest + 1, about, by_request);
  end loop;
end
$$;
comment on function record.erase_here is 'Erases resources of one bucket with all their versions. The application may delete from the history only in this way.';

create function record.note_erasure(
  here smallint, by_actor text, by_request text, subject_type text, subject_id text, erased integer, on_basis text,
  for_reason text
) returns void
language plpgsql
security definer
set search_path = record, pg_temp
as $$
begin
  insert into audit.erasure (bucket, actor, request_id, type, id, resources, legal_basis, reason)
  values (here, by_actor, by_request, subject_type, subject_id, erased, on_basis, for_reason);
end
$$;
comment on function record.note_erasure is 'Keeps why something was erased, in the transaction that erases it.';

revoke all on function record.erase_here, record.note_erasure from public;
grant execute on function record.erase_here, record.note_erasure to vsis_app;
-- numbers are drawn for the servers, whose own sequences say nothing about each other
grant usage on sequence record.change_seq_seq, audit.entry_seq_seq to vsis_app;
comment on function record.erase is 'Called by programs older than record.erase_here alone.';
