import type { Sql } from '#platform/database';
import { type Candidate, tableOf } from './candidates.ts';
import { commonCode, patientsPerHeavy, peoplePerFamily, rareCode, resourcesPerPatient } from './synthetic-rows.ts';

/** A search as a statement, and the values of its turn. */
export type Search = { readonly text: string; readonly values: (at: number) => readonly string[] };

export type SearchName =
  | 'read'
  | 'subject-code'
  | 'subject-code-heavy'
  | 'subject-code-fenced'
  | 'subject-code-heavy-fenced'
  | 'code-date'
  | 'code-date-first-coding'
  | 'identifier'
  | 'name'
  | 'identifier-key-fenced'
  | 'name-fenced'
  | 'has-code'
  | 'has-code-covered'
  | 'has-code-exists'
  | 'has-code-name'
  | 'has-code-name-exists'
  | 'count'
  | 'everything';

/** Hashes that statements take as values, so that the program need not compute them. */
export type Known = {
  readonly patients: readonly {
    readonly id: string;
    readonly bucket: string;
    readonly self: string;
    readonly family: string;
  }[];
  readonly heavy: readonly { readonly id: string; readonly self: string }[];
  readonly identifiers: readonly string[];
  readonly rare: readonly CodeKeys[];
  readonly common: readonly CodeKeys[];
  readonly subjectSalt: string;
};

/** A code as a key and as the leading key, and as that of a coding which is not the first. */
export type CodeKeys = { readonly key: string; readonly lead: string; readonly further: string };

const sampled = 2000;

/** Picks what the searches look for, evenly from the whole record. */
export async function findKnown(sql: Sql, rows: number): Promise<Known> {
  const patients = rows / resourcesPerPatient;
  const some = await sql.unsafe<(Known['patients'][number] & { identifier: string })[]>(`
    select bench.id(p, bench.bucket(p)) as id, bench.bucket(p)::text as bucket,
      bench.key('Patient/' || bench.id(p, bench.bucket(p)))::text as self,
      left(bench.family(p % ${Math.floor(patients / peoplePerFamily)}), 5) as family,
      bench.key('Patient.identifier=urn:bench:fin|FIN' || p)::text as identifier
    from (select (i * 7919) % ${patients} as p from generate_series(1::bigint, ${sampled}) as i) as picked`);
  const heavy = await sql.unsafe<{ id: string; self: string }[]>(`
    select bench.id(p, bench.bucket(p)) as id, bench.key('Patient/' || bench.id(p, bench.bucket(p)))::text as self
    from generate_series(0::bigint, ${Math.max(1, Math.floor(patients / patientsPerHeavy)) - 1}) as p`);
  const codeKeys = async (codes: readonly string[]): Promise<CodeKeys[]> =>
    Promise.all(
      codes.map(async (code) => {
        const text = `code=http://loinc.org|${code}`;
        const [row] = await sql<CodeKeys[]>`
          select bench.key('Observation.' || ${text})::text as key, bench.key('Observation.' || ${text})::text as lead,
            bench.key('further Observation.' || ${text})::text as further`;
        if (!row) throw new Error('No key came back.');
        return row;
      }),
    );
  const [salt] = await sql<{ salt: string }[]>`select bench.key('Observation->patient')::text as salt`;
  return {
    patients: some,
    heavy,
    identifiers: some.map(({ identifier }) => identifier),
    rare: await codeKeys(Array.from({ length: 57 }, (_, at) => rareCode(at))),
    common: await codeKeys(Array.from({ length: 3 }, (_, at) => commonCode(at))),
    subjectSalt: salt?.salt ?? '',
  };
}

const row = 'r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content, r.rid::text as position';

const at = <Item>(list: readonly Item[], index: number): Item => {
  const item = list[(index * 31) % list.length];
  if (item === undefined) throw new RangeError('Nothing to search for.');
  return item;
};

/** A search for a window of thirty days within the six years of the record. */
function windowOf(index: number): [from: string, to: string] {
  const from = Date.UTC(2020, 3, 1) + ((index * 37) % 2000) * 86_400_000;
  return [new Date(from).toISOString(), new Date(from + 30 * 86_400_000).toISOString()];
}

/** The statements of a candidate. What finds by code finds every coding, not the leading one alone. */
export function searchesOf(candidate: Candidate, known: Known): Record<SearchName, Search> {
  const patients = tableOf(candidate, 'Patient');
  const observations = tableOf(candidate, 'Observation');
  const { hotColumns } = candidate;
  const bigint = (place: number) => `$${place}::text::bigint`;
  const keyIn = (alias: string, place: number) => `${alias}.keys && array[${bigint(place)}]`;
  const withCode = (index: number, list = known.rare): string[] => {
    const { key, lead, further } = at(list, index);
    return hotColumns ? [lead, further] : [key];
  };
  const ofPatient = `r.type = 'Observation' and r.patient_key = ${bigint(1)} and r.patient = $2
    and r.patient_key # ${known.subjectSalt}::bigint = any(r.keys)`;
  const withCodeAt = (alias: string, place: number): string =>
    hotColumns ? `(${alias}.lead_key = ${bigint(place)} or ${keyIn(alias, place + 1)})` : `(${keyIn(alias, place)})`;
  const hasCode = withCodeAt('r', 3);
  const hasName = `r.strings @@ $${hotColumns ? 3 : 2}::text::tsquery`;
  const subjectCode = (condition: string): string =>
    `select ${row} from ${observations} r where ${ofPatient} and ${condition} order by r.date_lo desc, r.rid desc limit 11`;
  const common: Search['values'] = (index) => {
    const { self, id } = at(known.patients, index);
    return [self, id, ...withCode(index, known.common)];
  };
  const heavy: Search['values'] = (index) => {
    const { self, id } = at(known.heavy, index);
    return [self, id, ...withCode(index)];
  };
  const inWindow = (from: number) =>
    `r.date_lo >= $${from}::text::timestamptz and r.date_lo <= $${from + 1}::text::timestamptz`;
  const newest = `order by date_lo desc, rid desc limit 21`;
  const found = (where: string) =>
    `select ${row}, r.date_lo, r.rid from ${observations} r where r.type = 'Observation' and ${where}`;
  const patientsWith = (condition: string): string =>
    `select ${row} from ${patients} r where r.type = 'Patient' and ${condition} order by r.rid limit 21`;
  const isSubject = `o.patient_key # ${known.subjectSalt}::bigint = any(o.keys)`;
  const referring = (check: string) =>
    hotColumns
      ? `select o.patient_key from ${observations} o where o.lead_key = ${bigint(1)}${check}
         union all select o.patient_key from ${observations} o where o.type = 'Observation' and ${keyIn('o', 2)}${check}`
      : `select o.patient_key from ${observations} o where o.type = 'Observation' and ${keyIn('o', 1)}${check}`;
  const name: Search['values'] = (index) => [`'name=${at(known.patients, index).family}':*`];
  const hasNameFenced = `(r.type = 'Patient') is true and ${hasName}`;
  /** The chart of each patient in turn is looked through, until enough patients are found. */
  const referringExists = (place: number): string => `exists (
    select from ${observations} o where o.patient_key = r.self and o.type = 'Observation'
      and ${withCodeAt('o', place)} is true and ${isSubject})`;
  return {
    read: {
      text: `select bucket, type, id, version, updated, method, patient, content from ${patients}
        where bucket = $1::text::smallint and type = 'Patient' and id = $2`,
      values: (index) => [at(known.patients, index).bucket, at(known.patients, index).id],
    },
    'subject-code': { text: subjectCode(hasCode), values: common },
    'subject-code-heavy': { text: subjectCode(hasCode), values: heavy },
    // No index serves `is true`, so that the one by patient is taken whatever the planner believes of the code.
    'subject-code-fenced': { text: subjectCode(`${hasCode} is true`), values: common },
    'subject-code-heavy-fenced': { text: subjectCode(`${hasCode} is true`), values: heavy },
    'code-date': {
      text: hotColumns
        ? `select * from ((${found(`r.lead_key = ${bigint(1)} and ${inWindow(3)}`)} ${newest})
           union all (${found(`${keyIn('r', 2)} and r.lead_key <> ${bigint(1)} and ${inWindow(3)}`)} ${newest})) as found ${newest}`
        : `${found(`${keyIn('r', 1)} and ${inWindow(2)}`)} ${newest}`,
      values: (index) => [...withCode(index), ...windowOf(index)],
    },
    'code-date-first-coding': {
      text: `${found(`${hotColumns ? `r.lead_key = ${bigint(1)}` : keyIn('r', 1)} and ${inWindow(2)}`)} ${newest}`,
      values: (index) => [...withCode(index).slice(0, 1), ...windowOf(index)],
    },
    identifier: {
      text: hotColumns
        ? `select ${row} from record.identifier_entry e join ${patients} r on r.bucket = e.bucket and r.rid = e.rid
           where e.key = ${bigint(1)} and r.type = 'Patient' order by r.rid limit 21`
        : `select ${row} from ${patients} r where r.type = 'Patient' and ${keyIn('r', 1)} order by r.rid limit 21`,
      values: (index) => [at(known.identifiers, index)],
    },
    name: { text: patientsWith(`r.strings @@ $1::text::tsquery`), values: name },
    // A key tells the type: without the fence the planner reads all rows of the type beside it.
    'identifier-key-fenced': {
      text: `select ${row} from ${patients} r where (r.type = 'Patient') is true and ${keyIn('r', 1)} order by r.rid limit 21`,
      values: (index) => [at(known.identifiers, index)],
    },
    'name-fenced': {
      text: `select ${row} from ${patients} r where (r.type = 'Patient') is true and r.strings @@ $1::text::tsquery
        order by r.rid limit 21`,
      values: name,
    },
    'has-code': {
      text: patientsWith(`r.self in (${referring(` and ${isSubject}`)})`),
      values: (index) => withCode(index),
    },
    'has-code-covered': { text: patientsWith(`r.self in (${referring('')})`), values: (index) => withCode(index) },
    'has-code-exists': { text: patientsWith(referringExists(1)), values: (index) => withCode(index) },
    'has-code-name': {
      text: patientsWith(`${hasName} and r.self in (${referring(` and ${isSubject}`)})`),
      values: (index) => [...withCode(index), ...name(index)],
    },
    'has-code-name-exists': {
      text: `select ${row} from ${patients} r where ${hasNameFenced} and ${referringExists(1)} order by r.rid limit 21`,
      values: (index) => [...withCode(index), ...name(index)],
    },
    count: {
      text: hotColumns
        ? `select (select count(*) from ${observations} where lead_key = ${bigint(1)})
           + (select count(*) from ${observations} r where r.type = 'Observation' and ${keyIn('r', 2)} and r.lead_key <> ${bigint(1)}) as count`
        : `select count(*) as count from ${observations} r where r.type = 'Observation' and ${keyIn('r', 1)}`,
      values: (index) => withCode(index),
    },
    everything: {
      text: `select ${row} from record.resource r where r.patient_key = ${bigint(1)} and r.patient = $2 order by r.rid limit 1001`,
      values: (index) => [at(known.patients, index).self, at(known.patients, index).id],
    },
  };
}
