-- What compiled views (SQL on FHIR) ask of the database beyond SQL itself. No tables: a view is run over the record.

create schema views;
comment on schema views is 'Functions that compiled ViewDefinitions call.';

create function views.refuse(reason text) returns jsonb
language plpgsql
volatile
parallel safe
as $$
begin
  raise exception using errcode = 'VS422', message = reason;
end
$$;
comment on function views.refuse(text) is 'Ends a run because a resource has what the definition rules out.';

-- A moment at the precision it is written in covers a span. Without a zone it is meant in Azerbaijan, UTC+4 the year
-- round; FHIRPath takes seconds and their fractions for one precision, so a second is a point.

create function views.moment_begin(moment text) returns timestamptz
language sql
immutable
parallel safe
as $$
  select case
    when moment ~ 'T.*(Z|[+-]\d\d:\d\d)$' then (case when moment ~ 'T\d\d:\d\d(Z|[+-]\d\d:\d\d)$'
      then overlay(moment placing ':00' from 17 for 0) else moment end)::timestamptz
    when length(moment) = 4 then (moment || '-01-01')::timestamp at time zone interval '04:00'
    when length(moment) = 7 then (moment || '-01')::timestamp at time zone interval '04:00'
    when length(moment) = 13 then (moment || ':00')::timestamp at time zone interval '04:00'
    else moment::timestamp at time zone interval '04:00'
  end
$$;
comment on function views.moment_begin(text) is 'First instant of a FHIR date, dateTime or instant.';

create function views.moment_end(moment text) returns timestamptz
language sql
immutable
parallel safe
as $$
  select views.moment_begin(moment) + case
    when length(moment) = 4 then interval '1 year - 1 microsecond'
    when length(moment) = 7 then interval '1 month - 1 microsecond'
    when length(moment) = 10 then interval '1 day - 1 microsecond'
    when moment ~ 'T\d\d(Z|[+-]\d\d:\d\d)?$' then interval '1 hour - 1 microsecond'
    when moment ~ 'T\d\d:\d\d(Z|[+-]\d\d:\d\d)?$' then interval '1 minute - 1 microsecond'
    else interval '0'
  end
$$;
comment on function views.moment_end(text) is 'Last instant of a FHIR date, dateTime or instant.';

create function views.compare_moments(one text, other text) returns integer
language sql
immutable
parallel safe
as $$
  select case
    when views.moment_end(one) < views.moment_begin(other) then -1
    when views.moment_begin(one) > views.moment_end(other) then 1
    when views.moment_begin(one) = views.moment_begin(other) and views.moment_end(one) = views.moment_end(other) then 0
  end
$$;
comment on function views.compare_moments(text, text) is '-1, 0 or 1 as one is before, at or after the other; null where their precision leaves it open.';

create function views.moment_boundary(moment text, is_high boolean, digits integer) returns text
language sql
immutable
parallel safe
as $$
  with parts as (
    select substring(moment from 'T.*(Z|[+-]\d\d:\d\d)$') as zone,
      regexp_replace(moment, '(T.*)(Z|[+-]\d\d:\d\d)$', '\1') as written,
      case digits when 4 then 4 when 6 then 7 when 8 then 10 when 10 then 13 when 12 then 16 when 14 then 19
        when 17 then 23 end as wanted
  ), days as (
    select zone, wanted, case
        when not is_high or length(written) > 7 then written
        when length(written) = 4 then written || '-12-31'
        else to_char((written || '-01')::date + interval '1 month - 1 day', 'YYYY-MM-DD')
      end as written
    from parts
  ), whole as (
    select zone, wanted, written || substr(case when is_high then '9999-12-31T23:59:59.999'
      else '0001-01-01T00:00:00.000' end, length(written) + 1) as written
    from days
  )
  select left(written, wanted) || case when wanted <= 10 then ''
    else coalesce(zone, case when is_high then '-12:00' else '+14:00' end) end
  from whole
$$;
comment on function views.moment_boundary(text, boolean, integer) is 'Earliest or latest date (8 digits or fewer) or dateTime (up to 17) that a FHIR date, dateTime or instant may mean.';

create function views.time_boundary(moment text, is_high boolean, digits integer) returns text
language sql
immutable
parallel safe
as $$
  select left(moment || substr(case when is_high then '23:59:59.999' else '00:00:00.000' end, length(moment) + 1),
    case digits when 2 then 2 when 4 then 5 when 6 then 8 when 9 then 12 end)
$$;
comment on function views.time_boundary(text, boolean, integer) is 'Earliest or latest time of that precision that a time may mean.';

create function views.decimal_boundary(value numeric, is_high boolean, digits integer) returns numeric
language sql
immutable
parallel safe
as $$
  with exact as (
    select value + ((case when is_high then '5e-' else '-5e-' end) || scale(value) + 1)::numeric as bound
  )
  select case
    when digits is null then trim_scale(bound)
    when digits < 0 or digits > 31 then null
    when is_high then ceil(bound * ('1e' || digits)::numeric) * ('1e-' || digits)::numeric
    else floor(bound * ('1e' || digits)::numeric) * ('1e-' || digits)::numeric
  end
  from exact
$$;
comment on function views.decimal_boundary(numeric, boolean, integer) is 'Least or greatest number that a decimal of that precision may mean, to so many places.';

grant usage on schema views to vsis_app;
