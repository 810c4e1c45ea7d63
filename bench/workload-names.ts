/** What is measured, in the order of the table. */
export const workloadNames = [
  'read-patient',
  'search-patient-identifier',
  'search-patient-name',
  'search-observation',
  'history',
  'everything',
  'create-observation',
  'create-patient',
  'update-patient',
  'transaction',
] as const;

export type WorkloadName = (typeof workloadNames)[number];

/** Ways of doing the least that must be done, to hold the workloads against. */
export const floorNames = ['http-echo', 'http-get', 'http-insert', 'http-select', 'sql-insert', 'sql-select'] as const;

export type FloorName = (typeof floorNames)[number];

export const titles: Readonly<Record<WorkloadName | FloorName, string>> = {
  'read-patient': 'read Patient',
  'search-patient-identifier': 'search Patient by identifier',
  'search-patient-name': 'search Patient by name',
  'search-observation': 'search Observation by subject + code',
  history: 'instance history, 8 versions',
  everything: 'everything about one patient',
  'create-observation': 'create Observation',
  'create-patient': 'create Patient',
  'update-patient': 'update Patient',
  transaction: 'transaction, 100 entries',
  'http-echo': 'floor: Fastify, POST echo',
  'http-get': 'floor: Fastify, GET a constant',
  'http-insert': 'floor: Fastify + one INSERT, 3 b-trees',
  'http-select': 'floor: Fastify + one SELECT by key',
  'sql-insert': 'floor: PostgreSQL alone, the same INSERT',
  'sql-select': 'floor: PostgreSQL alone, the same SELECT',
};

/** The floor each workload is held against. A transaction counts as the resources it creates. */
export const floorOf: Readonly<Record<WorkloadName, FloorName>> = {
  'read-patient': 'http-select',
  'search-patient-identifier': 'http-select',
  'search-patient-name': 'http-select',
  'search-observation': 'http-select',
  history: 'http-select',
  everything: 'http-select',
  'create-observation': 'http-insert',
  'create-patient': 'http-insert',
  'update-patient': 'http-insert',
  transaction: 'http-insert',
};
