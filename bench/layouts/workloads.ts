import type { Sql } from '#platform/database';
import type { Candidate } from './candidates.ts';
import { findKnown, type Search, type SearchName, searchesOf } from './searches.ts';
import { createMany, createOne, newRows, storedEncounters, update } from './writes.ts';

/** One operation; `turn` differs between any two operations of a run. */
export type Work = (sql: Sql, turn: number) => Promise<unknown>;

export type Workload = {
  readonly name: string;
  readonly work: Work;
  readonly writes?: boolean;
  /** Resources one operation writes. */
  readonly resources?: number;
  readonly planMode?: 'force_generic_plan';
};

/** Resources in one gathered statement. */
const gathered = 64;
const pool = 20_000;

/** Searches that are also tried as kept statements, planned as PostgreSQL sees fit. */
const alsoKept: readonly SearchName[] = ['subject-code', 'identifier'];
/** Searches that are also tried with the plan made for no value in particular. */
const alsoGeneric: readonly SearchName[] = [
  'subject-code',
  'subject-code-fenced',
  'subject-code-heavy-fenced',
  'code-date',
  'identifier',
  'identifier-key-fenced',
  'name',
  'name-fenced',
  'has-code-name-exists',
  'everything',
];
/** Searches repeated after the writes, when indexes have pending entries and pages are not yet vacuumed. */
const repeated: readonly SearchName[] = ['subject-code', 'code-date', 'identifier', 'identifier-key-fenced', 'count'];

export async function workloadsOf(sql: Sql, candidate: Candidate, rows: number): Promise<Workload[]> {
  const searches = searchesOf(candidate, await findKnown(sql, rows));
  const { read, ...others } = searches;
  const planned = Object.entries(others).map(([name, search]) => ({ name, work: plannedForValues(search) }));
  const kept = alsoKept.map((name) => ({ name: `${name} kept`, work: keptPrepared(searches[name]) }));
  const generic = alsoGeneric.map((name): Workload => {
    return { name: `${name} generic`, work: keptPrepared(searches[name]), planMode: 'force_generic_plan' };
  });
  return [
    { name: 'read', work: keptPrepared(read) },
    ...planned,
    ...kept,
    ...generic,
    ...(await writesOf(sql, candidate, rows)),
    ...repeated.map((name) => ({ name: `${name} after writes`, work: plannedForValues(searches[name]) })),
  ];
}

async function writesOf(sql: Sql, candidate: Candidate, rows: number): Promise<Workload[]> {
  const mixed = await newRows(sql, rows, pool);
  const observations = mixed.filter(({ type }) => type === 'Observation');
  const encounters = await storedEncounters(sql, candidate, pool);
  const one = createOne(candidate, 'Observation');
  const many = createMany(candidate);
  const replace = update(candidate);
  const pick = <Item>(list: readonly Item[], turn: number): Item => {
    const item = list[turn % list.length];
    if (item === undefined) throw new RangeError('The pool is empty.');
    return item;
  };
  return [
    { name: 'create', writes: true, work: (session, turn) => one(session, pick(observations, turn)) },
    {
      name: 'create gathered',
      writes: true,
      resources: gathered,
      work: (session, turn) => {
        const start = (turn * gathered) % (mixed.length - gathered);
        return many(session, mixed.slice(start, start + gathered));
      },
    },
    { name: 'update', writes: true, work: (session, turn) => replace(session, pick(encounters, turn), turn, true) },
    {
      name: 'update, keys unchanged',
      writes: true,
      work: (session, turn) => replace(session, pick(encounters, turn), turn, false),
    },
  ];
}

const plannedForValues =
  ({ text, values }: Search): Work =>
  (sql, turn) =>
    sql.unsafe(text, [...values(turn)]);

const keptPrepared =
  ({ text, values }: Search): Work =>
  (sql, turn) =>
    sql.unsafe(text, [...values(turn)], { prepare: true });
