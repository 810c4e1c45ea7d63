import { storedTypes } from '#platform/search';

/** A storage layout: one definition, so that candidates differ in what they say here and in nothing else. */
export type Candidate = {
  readonly name: string;
  /** A column for the leading coded parameter, and a narrow table of identifiers. */
  readonly hotColumns: boolean;
  /** A partition per type, addressed by its own name where the type is known. */
  readonly perType: boolean;
  readonly fastUpdate: boolean;
  readonly updatedIndex: 'btree' | 'brin';
  readonly fillFactor: number;
};

const keys: Candidate = {
  name: 'A',
  hotColumns: false,
  perType: false,
  fastUpdate: true,
  updatedIndex: 'btree',
  fillFactor: 100,
};
const hot: Candidate = { ...keys, name: 'B', hotColumns: true };

export const candidates: readonly Candidate[] = [
  keys,
  hot,
  { ...hot, name: 'C', perType: true },
  { ...hot, name: 'B-direct-gin', fastUpdate: false },
  { ...hot, name: 'B-brin', updatedIndex: 'brin' },
  { ...hot, name: 'B-brin-80', updatedIndex: 'brin', fillFactor: 80 },
];

/** The table to name for resources of a type. */
export const tableOf = (candidate: Candidate, type: string): string =>
  candidate.perType ? `record.resource_${type.toLowerCase()}` : 'record.resource';

/** All tables of a candidate, without the indexes that are better built after loading. */
export function tablesOf(candidate: Candidate): string {
  return `
    create schema record;
    create schema audit;
    create sequence record.rid;
    ${resourceTableOf(candidate)}
    create table record.range_entry (
      bucket smallint not null, type text collate "C" not null, rid bigint not null, parameter integer not null,
      lo numeric not null, hi numeric not null, units bigint[], tokens bigint[]);
    ${candidate.hotColumns ? 'create table record.identifier_entry (key bigint not null, bucket smallint not null, rid bigint not null);' : ''}
    create table record.history (
      bucket smallint not null, type text collate "C" not null, id text collate "C" not null, version integer not null,
      updated timestamptz not null, method text not null, content text, primary key (bucket, type, id, version));
    create table record.change (
      seq bigint generated always as identity primary key, bucket smallint not null, type text collate "C" not null,
      id text collate "C" not null, version integer not null, method text not null, updated timestamptz not null,
      patient text collate "C", transaction xid8 not null default pg_current_xact_id());
    create index on record.change (type, seq);
    create index on record.change (transaction);
    create table audit.entry (
      seq bigint generated always as identity primary key, at timestamptz not null default now(), actor text not null,
      action text not null, type text, id text, version integer, patient text, request_id text)`;
}

/** The table of resources, or its parts. */
export function resourceTableOf(candidate: Candidate): string {
  const storage = `with (fillfactor = ${candidate.fillFactor}, autovacuum_analyze_threshold = 200, autovacuum_analyze_scale_factor = 0.05)`;
  return `
    create table record.resource (
      bucket smallint not null, type text collate "C" not null, id text collate "C" not null, rid bigint not null,
      version integer not null, updated timestamptz not null, method text not null, self bigint not null,
      patient text collate "C", patient_key bigint, date_lo timestamptz, date_hi timestamptz, label text,
      keys bigint[] not null, strings tsvector not null, content text not null
      ${candidate.hotColumns ? ', lead_key bigint' : ''}
    ) ${candidate.perType ? 'partition by list (type)' : storage};
    ${candidate.perType ? partitionsOf(candidate, storage) : ''}`;
}

function partitionsOf(candidate: Candidate, storage: string): string {
  return [...storedTypes]
    .map(
      (type) =>
        `create table ${tableOf(candidate, type)} partition of record.resource for values in ('${type}') ${storage};`,
    )
    .join('\n');
}

/** All indexes, one statement each. */
export function indexesOf(candidate: Candidate): string[] {
  return [
    ...resourceIndexesOf(candidate),
    'create index range_entry_value on record.range_entry (parameter, lo, hi) include (bucket, rid)',
    'create index range_entry_rid on record.range_entry (bucket, rid, parameter)',
    ...(candidate.hotColumns
      ? [
          'create index identifier_entry_key on record.identifier_entry (key) include (bucket, rid)',
          'create index identifier_entry_rid on record.identifier_entry (bucket, rid)',
        ]
      : []),
  ];
}

/** Where there is a table per type, no index names the type but the primary key and that of the numbers. */
export function resourceIndexesOf({ perType, hotColumns, fastUpdate, updatedIndex }: Candidate): string[] {
  const byType = perType ? '' : 'type, ';
  const gin = fastUpdate ? 'with (fastupdate = on, gin_pending_list_limit = 256)' : 'with (fastupdate = off)';
  return [
    'alter table record.resource add constraint resource_pkey primary key (bucket, type, id)',
    `create unique index resource_rid_idx on record.resource (${perType ? 'rid, bucket, type' : 'type, rid, bucket'})`,
    `create index resource_patient_idx on record.resource (patient_key, ${byType}date_lo) where patient_key is not null`,
    `create index resource_date_idx on record.resource (${byType}date_lo) where date_lo is not null`,
    'create index resource_self_idx on record.resource (self)',
    updatedIndex === 'btree'
      ? `create index resource_updated_idx on record.resource (${byType}updated)`
      : 'create index resource_updated_idx on record.resource using brin (updated)',
    `create index resource_keys_idx on record.resource using gin (keys) ${gin}`,
    `create index resource_strings_idx on record.resource using gin (strings) ${gin}`,
    ...(hotColumns
      ? [
          'create index resource_lead_idx on record.resource (lead_key, date_lo) include (patient_key) where lead_key is not null',
        ]
      : []),
  ];
}
