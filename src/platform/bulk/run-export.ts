import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#platform/errors';
import { type Condition, coreParameters, parseSearch } from '#platform/search';
import {
  bucketCount,
  deletionsSince,
  type ExportScope,
  hasSettled,
  honestMoment,
  lookUpConditions,
  rowsLinkedTo,
  rowsOfBuckets,
  type SettledMoment,
  type Store,
  takeMoment,
} from '#platform/store';
import { isHomeRow, linkedRowsOf } from './choose-rows.ts';
import { deletionBundle, remarkLine, toLine } from './export-lines.ts';
import type { ExportPlan } from './export-plan.ts';
import { type PartFile, PartFiles } from './part-files.ts';
import { chooseProvenances } from './provenances.ts';
import type { RunningJob } from './run-jobs.ts';

/** What an export came to: its manifest but for the addresses. */
export type ExportOutcome = { readonly transactionTime: string; readonly files: readonly PartFile[] };

/** The steps of an export, in their order. */
const phases = ['settle', 'buckets', 'linked', 'provenance', 'deleted', 'done'] as const;
type Phase = (typeof phases)[number];

/** All that is needed to go on: `next` is the bucket or the place in the list of patients that comes next. */
type ExportProgress = {
  readonly moment: SettledMoment;
  readonly phase: Phase;
  readonly next: number;
  readonly width: number;
  readonly files: readonly PartFile[];
};

const firstWidth = 64;
/** A step of buckets takes about so many resources: few enough to repeat after a kill, enough that it costs nothing. */
const defaultRowsPerStep = 20_000;
const patientsPerStep = 500;
const pageSize = 500;

/** Longer than this no export waits for a transaction of others that began before it. */
const settleAtMostMs = 600_000;

/** Carries out an export from where an earlier attempt left it. */
export async function runExport(
  store: Store,
  job: RunningJob,
  rowsPerStep: number = defaultRowsPerStep,
): Promise<ExportOutcome> {
  const plan = job.plan as ExportPlan; // as: readExport wrote it
  return new ExportRun(store, job, plan, rowsPerStep).finish();
}

/** How far an export is, for a person: at most 100 characters. */
export function describeExport(progress: unknown): string {
  const { phase, next, files } = (progress ?? { phase: 'settle', next: 0, files: [] }) as ExportProgress; // as: ExportRun wrote it
  const resources = files.reduce((sum, each) => sum + (each.kind === 'output' ? each.count : 0), 0);
  const share = phase === 'settle' ? 0 : phase === 'buckets' ? Math.floor((next / bucketCount) * 95) : 97;
  return `${share} %, ${resources} resources`;
}

class ExportRun {
  readonly #store: Store;
  readonly #job: RunningJob;
  readonly #plan: ExportPlan;
  readonly #rowsPerStep: number;
  #filters: ExportScope['filters'] | undefined;

  constructor(store: Store, job: RunningJob, plan: ExportPlan, rowsPerStep: number) {
    this.#store = store;
    this.#job = job;
    this.#plan = plan;
    this.#rowsPerStep = rowsPerStep;
  }

  async finish(): Promise<ExportOutcome> {
    const { sql } = this.#store;
    let progress = (this.#job.progress as ExportProgress | null) ?? (await this.#begin()); // as: this class wrote it
    await using files = new PartFiles(this.#job.folder, this.#job.attempt, progress.files);
    while (progress.phase !== 'done') {
      const next = await this.#step(progress, files);
      this.#job.signal.throwIfAborted();
      progress = { ...next, files: await files.checkpoint() };
      await this.#job.save(progress);
    }
    return { transactionTime: await honestMoment(sql, progress.moment), files: progress.files };
  }

  async #begin(): Promise<ExportProgress> {
    const moment = await takeMoment(this.#store.sql, this.#store.now);
    const progress = { moment, phase: 'settle', next: 0, width: firstWidth, files: [] } as const;
    await this.#job.save(progress);
    return progress;
  }

  async #step(progress: ExportProgress, files: PartFiles): Promise<ExportProgress> {
    switch (progress.phase) {
      case 'settle':
        await this.#settle(progress.moment);
        return afterPhase(progress);
      case 'buckets':
        return this.#exportBuckets(progress, files);
      case 'linked':
        return this.#exportLinked(progress, files);
      case 'provenance':
        return this.#exportProvenances(progress, files);
      case 'deleted':
        await this.#exportDeletions(progress, files);
        await this.#tellRemarks(files);
        return afterPhase(progress);
      case 'done':
        return progress;
    }
  }

  async #settle(moment: SettledMoment): Promise<void> {
    const startedMs = performance.now();
    while (!(await hasSettled(this.#store.sql, moment))) {
      if (performance.now() - startedMs > settleAtMostMs) {
        return; // what still comes in is noticed at the end, and told by an earlier time
      }
      await delay(100, undefined, { signal: this.#job.signal });
    }
  }

  async #exportBuckets(progress: ExportProgress, files: PartFiles): Promise<ExportProgress> {
    const { next: first, width } = progress;
    const last = Math.min(first + width, bucketCount) - 1;
    const { patients, types } = this.#plan;
    if (types && types.length === 0) {
      return afterPhase(progress);
    }
    let rows = 0;
    const range = { first, last };
    const scope = await this.#scope(progress);
    for await (const page of rowsOfBuckets(this.#store.sql, scope, patients, range, pageSize)) {
      this.#job.signal.throwIfAborted();
      for (const row of page) {
        const isTaken = row.type !== 'Provenance' || this.#plan.provenance === 'asOthers';
        if (isTaken && isHomeRow(patients, row, this.#store.baseUrl)) {
          await files.add('output', row.type, toLine(this.#plan, row));
        }
      }
      rows += page.length;
    }
    if (last === bucketCount - 1) {
      return afterPhase(progress);
    }
    const wanted = rows === 0 ? width * 4 : Math.floor((width * this.#rowsPerStep) / rows);
    return { ...progress, next: last + 1, width: Math.max(1, Math.min(wanted, width * 4)) };
  }

  async #exportLinked(progress: ExportProgress, files: PartFiles): Promise<ExportProgress> {
    const { patients } = this.#plan;
    const { next } = progress;
    if (typeof patients === 'string' || next >= patients.length) {
      return afterPhase(progress);
    }
    const some = patients.slice(next, next + patientsPerStep);
    for await (const page of rowsLinkedTo(this.#store.sql, await this.#scope(progress), some, pageSize)) {
      this.#job.signal.throwIfAborted();
      for (const row of linkedRowsOf({ patients, some }, page, this.#store.baseUrl)) {
        if (row.type !== 'Provenance') {
          await files.add('output', row.type, toLine(this.#plan, row));
        }
      }
    }
    return { ...progress, next: next + patientsPerStep };
  }

  async #exportProvenances(progress: ExportProgress, files: PartFiles): Promise<ExportProgress> {
    const { provenance, patients } = this.#plan;
    if (provenance === 'asOthers') {
      return afterPhase(progress);
    }
    const { next: first, width } = progress;
    const last = Math.min(first + width, bucketCount) - 1;
    const { since: _since, until: _until, ...always } = await this.#scope(progress);
    const scope = { ...(provenance === 'compartment' ? await this.#scope(progress) : always), types: ['Provenance'] };
    const target = provenance === 'compartment' ? { ...always, filters: new Map() } : await this.#scope(progress);
    let rows = 0;
    for await (const page of rowsOfBuckets(this.#store.sql, scope, 'everything', { first, last }, pageSize)) {
      this.#job.signal.throwIfAborted();
      const chosen = await chooseProvenances(this.#store, page, { scope: target, patients, rule: provenance });
      for (const row of chosen) {
        await files.add('output', row.type, toLine(this.#plan, row));
      }
      rows += page.length;
    }
    if (last === bucketCount - 1) {
      return afterPhase(progress);
    }
    return { ...progress, next: last + 1, width: rows > this.#rowsPerStep ? width : width * 4 };
  }

  async #exportDeletions(progress: ExportProgress, files: PartFiles): Promise<void> {
    const { patients } = this.#plan;
    const { since, ...scope } = await this.#scope(progress);
    if (since === undefined) {
      return;
    }
    const listed = typeof patients === 'string' ? undefined : new Set(patients);
    for await (const page of deletionsSince(this.#store.sql, { ...scope, since }, pageSize)) {
      const wanted = page.filter(({ patient }) =>
        listed ? listed.has(patient ?? '') : patients === 'everything' || patient !== null,
      );
      if (wanted.length > 0) {
        await files.add('deleted', 'Bundle', deletionBundle(wanted));
      }
    }
  }

  async #tellRemarks(files: PartFiles): Promise<void> {
    for (const remark of this.#plan.remarks) {
      await files.add('error', 'OperationOutcome', remarkLine(remark));
    }
  }

  async #scope({ moment }: ExportProgress): Promise<ExportScope> {
    const { types, since, until } = this.#plan;
    const { baseUrl } = this.#store;
    this.#filters ??= await readConditions(this.#store, this.#plan);
    return {
      moment,
      ...(types === undefined ? {} : { types }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(baseUrl === undefined ? {} : { baseUrl }),
      filters: this.#filters,
    };
  }
}

/** The filters of each type as conditions; what they ask the record for is asked once for each attempt of the job. */
async function readConditions(store: Store, { filters }: ExportPlan): Promise<ExportScope['filters']> {
  const table = store.parameters?.table() ?? coreParameters;
  const conditions = new Map<string, (readonly Condition[])[]>();
  for (const [type, parameters] of filters) {
    const found = await lookUpConditions(store.sql, parseSearch(type, parameters, { table }), store.baseUrl);
    conditions.set(type, [...(conditions.get(type) ?? []), found]);
  }
  return conditions;
}

function afterPhase(progress: ExportProgress): ExportProgress {
  const next = phases[phases.indexOf(progress.phase) + 1];
  if (!next) {
    throw new AppError('fault', 'bulk.no-phase', `There is nothing after ${progress.phase}.`);
  }
  return { ...progress, phase: next, next: 0, width: firstWidth };
}
