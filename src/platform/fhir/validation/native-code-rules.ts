import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import type { RuleTest } from './check-rules.ts';
import { has, hasChoice, listOf, textOf } from './rule-values.ts';

const terminology = 'http://terminology.hl7.org/CodeSystem/';
const clinical = `${terminology}condition-clinical`;
const verification = `${terminology}condition-ver-status`;
const allergyVerification = `${terminology}allergyintolerance-verification`;

/** Hand-written equivalents of invariants on codes and on the frame of a Bundle; a test holds them equal to FHIRPath. */
export const nativeCodeRules: Readonly<Record<string, RuleTest>> = {
  'con-4': (value) =>
    !hasChoice(value, 'abatement') ||
    hasCoding(value, 'clinicalStatus', clinical, ['resolved', 'remission', 'inactive']),
  'con-5': (value) =>
    !hasCoding(value, 'verificationStatus', verification, ['entered-in-error']) || !has(value, 'clinicalStatus'),
  'ait-1': (value) =>
    hasCoding(value, 'verificationStatus', allergyVerification, ['entered-in-error']) || has(value, 'clinicalStatus'),
  'ait-2': (value) =>
    !hasCoding(value, 'verificationStatus', allergyVerification, ['entered-in-error']) || !has(value, 'clinicalStatus'),
  'obs-7': (value, run) => {
    const own = codingsOf(run.resource['code']);
    return (
      !hasChoice(value, 'value') ||
      own.length === 0 ||
      !objectsOf(value, 'component').some((component) =>
        codingsOf(component['code']).some((coding) => own.some((each) => isDeepStrictEqual(each, coding))),
      )
    );
  },
  'prr-1': (value) => !has(value, 'orderDetail') || has(value, 'code'),
  'bdl-2': (value) => textOf(value, 'type') === 'searchset' || !entriesOf(value).some((entry) => has(entry, 'search')),
  'bdl-3': (value, run) => everyEntryHas(value, 'request', ['batch', 'transaction', 'history'].includes(typeOf(run))),
  'bdl-4': (value, run) =>
    everyEntryHas(value, 'response', ['batch-response', 'transaction-response', 'history'].includes(typeOf(run))),
  'bdl-7': (value) => textOf(value, 'type') === 'history' || areDistinct(entriesOf(value).flatMap(versionedUrlOf)),
  'bdl-9': (value) => {
    const identifier = isJsonObject(value) ? value['identifier'] : undefined;
    return textOf(value, 'type') !== 'document' || (has(identifier, 'system') && has(identifier, 'value'));
  },
  'bdl-10': (value) => textOf(value, 'type') !== 'document' || textOf(value, 'timestamp') !== '',
  'bdl-11': (value) => textOf(value, 'type') !== 'document' || beginsWith(value, 'Composition'),
  'bdl-12': (value) => textOf(value, 'type') !== 'message' || beginsWith(value, 'MessageHeader'),
};

function objectsOf(value: unknown, name: string): readonly JsonObject[] {
  return listOf(value, name).filter(isJsonObject);
}

function codingsOf(concept: unknown): readonly JsonObject[] {
  return objectsOf(concept, 'coding');
}

function hasCoding(value: unknown, name: string, system: string, codes: readonly string[]): boolean {
  const concept = isJsonObject(value) ? value[name] : undefined;
  return codingsOf(concept).some((each) => each['system'] === system && codes.includes(textOf(each, 'code')));
}

function entriesOf(bundle: unknown): readonly JsonObject[] {
  return objectsOf(bundle, 'entry');
}

function typeOf(run: { readonly resource: JsonObject }): string {
  return textOf(run.resource, 'type');
}

function everyEntryHas(bundle: unknown, name: string, wanted: boolean): boolean {
  return entriesOf(bundle).every((entry) => has(entry, name) === wanted);
}

/** The fullUrl of an entry with the version of its resource. */
function versionedUrlOf(entry: JsonObject): string[] {
  if (!has(entry, 'fullUrl')) return [];
  const resource = entry['resource'];
  const meta = isJsonObject(resource) ? resource['meta'] : undefined;
  return [`${textOf(entry, 'fullUrl')}${textOf(meta, 'versionId')}`];
}

function areDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

/** Undecided, and so not held against the sender, where there is no first resource. */
function beginsWith(bundle: unknown, type: string): boolean {
  const [first] = entriesOf(bundle);
  return !has(first, 'resource') || textOf(first?.['resource'], 'resourceType') === type;
}
