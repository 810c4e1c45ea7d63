import { type ResourceTemplate, templates } from './resource-templates.ts';

/** Of a hundred resources one is the Patient. */
export const resourcesPerPatient = 100;
/** Codes 0 to 2 are in ten observations of every patient each; the other 57 share the remaining forty. */
export const commonCodes = 3;
export const codes = 60;
/** People who share a family name, and so the number a search by name finds. */
export const peoplePerFamily = 5;
/** One patient in so many has some 1,400 observations more. */
export const patientsPerHeavy = 2000;

/** Functions of the generator, all inlined by the planner. */
export const generatorSchema = `
  create schema bench;
  create function bench.key(text) returns bigint language sql immutable parallel safe
    return hashtextextended($1, 0);
  create function bench.bucket(patient bigint) returns int language sql immutable parallel safe
    return hashint8(patient) & 4095;
  create function bench.id(number bigint, bucket int) returns text language sql immutable parallel safe
    return '0190' || left(lpad(to_hex(number), 8, '0'), 4) || '-' || right(lpad(to_hex(number), 8, '0'), 4)
      || '-7' || lpad(to_hex(bucket), 3, '0') || '-8' || left(md5(number::text), 3) || '-' || right(md5(number::text), 12);
  create function bench.family(number bigint) returns text language sql immutable parallel safe
    return translate(lpad(to_hex(number * 2654435761 % 1048576), 5, '0'), '0123456789abcdef', 'aəeiouösşlmnrtvz')
      || 'ova';
  create function bench.code(number bigint) returns text language sql immutable parallel safe
    return (10000 + number * 37) || '-' || number % 10;
`;

/**
 * The facts resource number i is made of. Resources arrive in rounds: first every Patient, then one resource of each
 * patient per round, dated through six years. The slot decides the type; each patient has every slot once in 99 rounds.
 */
function facts(first: number, last: number, patients: number): string {
  return `
    select f.*, bench.bucket(f.patient_number) as bucket, bench.id(f.number, bench.bucket(f.patient_number)) as id,
      bench.id(f.patient_number, bench.bucket(f.patient_number)) as patient_id,
      bench.id(f.encounter_number, bench.bucket(f.patient_number)) as encounter_id,
      bench.key('Patient/' || bench.id(f.patient_number, bench.bucket(f.patient_number))) as patient_self,
      bench.key('Encounter/' || bench.id(f.encounter_number, bench.bucket(f.patient_number))) as encounter_self,
      bench.key('Practitioner/' || f.practitioner) as practitioner_self,
      to_char(f.date_lo, 'YYYY-MM-DD"T"HH24:MI:SSZ') as moment
    from (
      select e.*, bench.family(e.number % ${Math.floor(patients / peoplePerFamily)}) as family,
        bench.code(case when e.slot < 30 then e.slot % ${commonCodes}
          else ${commonCodes} + (e.random >> 10) % ${codes - commonCodes} end) as code,
        (e.random >> 20) % 500 as value, (e.random >> 30) % 1000 as practitioner, (e.random >> 8) % 20 = 0 as coded_twice,
        (1 + (70 + e.random % 14 - e.patient_number * 31 % 99 + 99) % 99) * ${patients} + e.patient_number as encounter_number,
        timestamptz '2020-01-01' + interval '1 second' * (e.round * 1892160 + (e.random >> 16) % 5676480) as date_lo
      from (
        select d.*, case when slot between 0 and 69 and random % 100 = 0
          then (random >> 7) % ${Math.max(1, Math.floor(patients / patientsPerHeavy))} else place end as patient_number
        from (
          select i as number, i / ${patients} as round, i % ${patients} as place,
            case when i < ${patients} then -1 else (i / ${patients} - 1 + i % ${patients} * 31) % 99 end as slot,
            hashint8extended(i, 42) & 9223372036854775807 as random
          from generate_series(${first}::bigint, ${last}::bigint) as i
        ) as d
      ) as e
    ) as f`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A text with places, as an expression that fills them. */
function filled(text: string): string {
  return text
    .split(/«(.+?)»/)
    .map((part, at) => (at % 2 === 1 ? `d.${part}::text` : quote(part)))
    .filter((part) => part !== "''")
    .join(' || ');
}

const key = (type: string, text: string): string => `bench.key(${filled(`${type}.${text}`)})`;

/** What a reference's key is made of, beside the hash of its target. */
export const saltOf = (type: string, parameter: string): string => `bench.key(${quote(`${type}->${parameter}`)})`;

/** The key of a coding that is not the first of the leading parameter. */
export const furtherCodingKey = (type: string, text: string): string =>
  `bench.key('further ' || ${quote(type)} || '.' || ${text})`;

function selectOf(template: ResourceTemplate, first: number, last: number, patients: number): string {
  const { type, keys, references, identifiers, strings, content, label, lead } = template;
  const array = (list: readonly string[]): string =>
    list.length === 0 ? `'{}'::bigint[]` : `array[${list.join(', ')}]`;
  const allKeys = [
    ...[...keys, ...identifiers].map((text) => key(type, text)),
    ...references.map(([parameter, target]) => `d.${target} # ${saltOf(type, parameter)}`),
  ];
  const further =
    type === 'Observation'
      ? ` || case when d.coded_twice then array[${furtherCodingKey(type, filled('code=urn:bench:local|«code»'))}] else '{}' end`
      : '';
  const ranges = template.ranges.map((each) => `hashtext(${quote(`${type}.${each}`)})`);
  const isPatient = type === 'Patient';
  return `
    select d.bucket::smallint, ${quote(type)}::text as type, d.id, d.number + 1 as rid, 1 as version, d.date_lo as updated,
      'POST'::text as method, bench.key('${type}/' || d.id) as self, ${isPatient ? 'd.id' : 'd.patient_id'} as patient,
      ${isPatient ? `bench.key('Patient/' || d.id)` : 'd.patient_self'} as patient_key,
      ${isPatient ? 'null::timestamptz' : 'd.date_lo'} as date_lo,
      ${isPatient ? 'null::timestamptz' : `d.date_lo + interval '999 milliseconds'`} as date_hi,
      ${label === undefined ? 'null::text' : filled(label)} as label,
      ${array(allKeys)}${further} as keys,
      array_to_tsvector(array[${strings.map(filled).join(', ')}]) as strings,
      ${filled(JSON.stringify(content))} as content,
      ${lead === undefined ? 'null::bigint' : key(type, lead)} as lead_key,
      ${array(identifiers.map((text) => key(type, text)))} as identifiers,
      ${ranges.length === 0 ? `'{}'::int[]` : `array[${ranges.join(', ')}]`} as range_parameters,
      d.value::numeric as value
    from (${facts(first, last, patients)}) as d
    where d.slot >= ${template.slots[0]} and d.slot < ${template.slots[1]}`;
}

/** Resources number `first` to `last` as rows; numbers from `patients * resourcesPerPatient` on are new ones. */
export function syntheticRows(first: number, last: number, patients: number, types?: readonly string[]): string {
  return templates
    .filter(({ type }) => types === undefined || types.includes(type))
    .map((each) => selectOf(each, first, last, patients))
    .join(' union all ');
}

/** A code that 40 observations in 57 patients have. */
export const rareCode = (at: number): string => {
  const number = commonCodes + (at % (codes - commonCodes));
  return `${10_000 + number * 37}-${number % 10}`;
};
export const commonCode = (at: number): string => {
  const number = at % commonCodes;
  return `${10_000 + number * 37}-${number % 10}`;
};
