import { AppError, type Issue } from '#platform/errors';
import { type Resource, validateResource } from '#platform/fhir';
import { type IndexEntries, indexEntriesOf, readAddedParameter } from '#platform/search';
import { invalidResource } from './errors.ts';
import type { PreparedWrite } from './prepared-write.ts';
import type { StoredVersion } from './read-rows.ts';
import { isSameContent, stampResource } from './stamp-resource.ts';
import type { Store } from './store.ts';
import { measureValidation } from './store-metrics.ts';
import { currentOf, placeOf, type Step } from './write-step.ts';

export type PrepareOptions = {
  /** The caller has validated the resources as they stand. */
  readonly validated?: boolean;
  /** Resources that are new here keep the version number and time their meta says (imports of exports). */
  readonly keepVersions?: boolean;
  /** The resource as `stringifyJson` prints it, where that is known. */
  readonly printed?: string | undefined;
};

const methods = { create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;

/** What preparing needs of the store. */
export type Surroundings = Pick<Store, 'baseUrl' | 'now' | 'parameters'>;

/** Validates what is to be written and computes its row and entries. */
export function prepareWrite(store: Surroundings, step: Step, options: PrepareOptions): PreparedWrite {
  const { request, newest, resource } = step;
  const base = {
    method: methods[request.kind],
    bucket: step.bucket,
    type: request.type,
    id: step.id ?? '',
    version: (newest?.version ?? 0) + 1,
    supersedes: currentOf(step)?.version ?? 0,
    isNew: newest === undefined,
    updated: nextMoment(store, newest),
    ...(options.keepVersions && !newest ? keptVersion(resource) : {}),
  };
  if (request.kind === 'delete' || !resource) {
    return base;
  }
  if (!options.validated) {
    refuseInvalid(step, resource);
  }
  if (request.type === 'SearchParameter') {
    refuseUnsearchable(store, step, resource);
  }
  const content = stampResource(resource, base.id, base.version, base.updated, options.printed);
  const entries = indexEntriesOf({ ...resource, id: base.id }, store.baseUrl, store.parameters?.table());
  refuseTooMany(step, entries);
  return { ...base, content, entries };
}

/** Whether the write would store what is stored already. */
export function isUnchanged(step: Step, prepared: PreparedWrite): boolean {
  return isSameContent(step.newest?.content ?? '', prepared.content ?? '');
}

function keptVersion(resource: Resource | undefined): { version?: number; updated?: string } {
  const { versionId = '', lastUpdated = '' } = resource?.meta ?? {};
  const moment = Date.parse(lastUpdated);
  return /^[1-9]\d{0,8}$/.test(versionId) && !Number.isNaN(moment)
    ? { version: Number(versionId), updated: new Date(moment).toISOString() }
    : {};
}

/** Now, or just after the version before where the clock has been set back. */
function nextMoment(store: Surroundings, newest: StoredVersion | undefined): string {
  const before = newest ? Date.parse(newest.updated) + 1 : 0;
  return toText(Math.max(store.now().getTime(), before));
}

let latest = { ms: 0, text: new Date(0).toISOString() };

/** Many writes have the same moment; printing it each time would cost each of them some microseconds. */
function toText(ms: number): string {
  if (latest.ms !== ms) {
    latest = { ms, text: new Date(ms).toISOString() };
  }
  return latest.text;
}

export function refuseInvalid(step: Step, resource: Resource): void {
  const issues = measureValidation(() => validateResource(resource)).filter(
    (each) => each.severity === 'error' || each.severity === 'fatal',
  );
  if (issues.length > 0) {
    throw invalidResource(issues.map((issue) => placeIssue(issue, step)));
  }
}

/** An active SearchParameter is in force from its write: one that cannot be is not stored. */
function refuseUnsearchable({ parameters }: Surroundings, step: Step, resource: Resource): void {
  try {
    const added = readAddedParameter(resource);
    for (const type of added?.parameters.keys() ?? []) {
      const owner = parameters?.owner(type, added?.code ?? '');
      if (owner !== undefined && owner !== step.id) {
        throw codeIsTaken(type, owner);
      }
    }
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    const issues = error.issues.map((issue) => placeIssue(issue, step));
    throw new AppError(error.kind, error.code, error.message, { issues });
  }
}

function codeIsTaken(type: string, owner: string): AppError {
  const text = `The code is that of SearchParameter/${owner}, which ${type} is searched by already; choose another.`;
  return new AppError('ruleBroken', 'store.parameter-taken', text, {
    issues: [{ severity: 'error', code: 'business-rule', text, expression: 'SearchParameter.code' }],
  });
}

function placeIssue(issue: Issue, step: Step): Issue {
  if (step.path === undefined || issue.expression === undefined) {
    return issue;
  }
  const dot = issue.expression.indexOf('.');
  return { ...issue, expression: `${placeOf(step)}${dot < 0 ? '' : issue.expression.slice(dot)}` };
}

/** PostgreSQL holds a megabyte of texts in one row's index; the other limits keep one resource from costing a minute. */
const atMost = { textBytes: 900_000, keys: 100_000, ranges: 100_000 };

function refuseTooMany(step: Step, { keys, strings, ranges }: IndexEntries): void {
  const isLarge = strings.length > 1000;
  const textBytes = isLarge ? strings.reduce((sum, each) => sum + Buffer.byteLength(each), 0) : 0;
  if (textBytes > atMost.textBytes || keys.length > atMost.keys || ranges.length > atMost.ranges) {
    const text = 'The resource has more searchable values than one resource may have.';
    throw new AppError('tooLarge', 'store.too-many-values', text, {
      issues: [{ severity: 'error', code: 'too-long', text, expression: placeOf(step) }],
    });
  }
}
