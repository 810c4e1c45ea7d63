import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { mediaTypeOf, queryOf } from './request-headers.ts';

/** A form in which a resource is written. */
export type Form = 'json' | 'xml';

const forms: Readonly<Record<string, Form>> = {
  'application/fhir+json': 'json',
  'application/json': 'json',
  'application/json+fhir': 'json',
  'text/json': 'json',
  json: 'json',
  'application/fhir+xml': 'xml',
  'application/xml': 'xml',
  'application/xml+fhir': 'xml',
  'text/xml': 'xml',
  xml: 'xml',
};

/** Media types of FHIR, and of none but FHIR. */
const fhirTypes: Readonly<Record<Form, string>> = { json: 'application/fhir+json', xml: 'application/fhir+xml' };
const ownTypes: ReadonlySet<string> = new Set(Object.values(fhirTypes));

/** The form an answer has, and the media type by which it is named. */
export type AnswerForm = {
  readonly form: Form;
  readonly mediaType: string;
  readonly pretty: boolean;
  /** Whether FHIR was asked for by its own name, so that it is wanted of a Binary as well. */
  readonly isNamed: boolean;
};

const asStored: AnswerForm = { form: 'json', mediaType: fhirTypes.json, pretty: false, isNamed: false };
const asStoredByName: AnswerForm = { ...asStored, isNamed: true };

/** Whether the answer is the stored text itself. */
export function isAsStored({ mediaType, pretty }: AnswerForm): boolean {
  return mediaType === fhirTypes.json && !pretty;
}

/**
 * The form a request wants its answer in: by `_format`, else by `Accept`, else that of its body, else JSON.
 * `undefined` where it wants none that there is. FHIR R4, http.html#mime-type.
 */
export function wantedForm(request: FastifyRequest, parameters?: URLSearchParams): AnswerForm | undefined {
  const { url, headers } = request;
  const { accept = '*/*' } = headers;
  if (!parameters && !url.includes('_format') && !url.includes('_pretty')) {
    if (accept === fhirTypes.json) return asStoredByName;
    if (accept === '*/*' && !headers['content-type']?.includes('xml')) return asStored;
  }
  const query = parameters ?? queryOf(request);
  const pretty = query.get('_pretty') === 'true';
  const format = query.get('_format') ?? '';
  const found = format === '' ? byAccept(accept, defaultForm(request)) : byFormat(format);
  return found && { ...found, pretty };
}

type Found = Pick<AnswerForm, 'form' | 'mediaType' | 'isNamed'>;

function byFormat(format: string): Found | undefined {
  const [range] = readRanges(format.replaceAll(' ', '+')); // an unescaped + arrives as a space
  const form = range && range.isOurs ? forms[range.type] : undefined;
  return form && { form, mediaType: mediaTypeFor(range?.type ?? '', form), isNamed: true };
}

/** Without a preference a body of XML is answered in XML. */
function defaultForm(request: FastifyRequest): Form {
  return forms[mediaTypeOf(request)] ?? 'json';
}

type Range = { readonly type: string; readonly weight: number; readonly isOurs: boolean };

/** What is meant for people is answered in JSON, which a browser can show. */
const wide: ReadonlySet<string> = new Set(['*/*', 'application/*', 'text/*', 'text/html', 'text/plain']);

function byAccept(accept: string, otherwise: Form): Found | undefined {
  const ranges = readRanges(accept.trim() === '' ? '*/*' : accept);
  const excluded = new Set(ranges.flatMap(({ type, weight }) => (weight === 0 ? (forms[type] ?? []) : [])));
  const [best] = ranges
    .filter(({ type, weight, isOurs }) => isOurs && weight > 0 && (forms[type] !== undefined || wide.has(type)))
    .sort((one, other) => other.weight - one.weight || Number(wide.has(one.type)) - Number(wide.has(other.type)));
  if (!best) return undefined;
  const named = forms[best.type];
  if (named) return { form: named, mediaType: mediaTypeFor(best.type, named), isNamed: ownTypes.has(best.type) };
  const form = [otherwise, 'json' as const, 'xml' as const].find((each) => !excluded.has(each));
  return form && { form, mediaType: fhirTypes[form], isNamed: false };
}

/**
 * Whether a media type of no form above is wanted more than FHIR, which must be asked for by its own name.
 * FHIR R4, binary.html#rest.
 */
export function prefersType(request: FastifyRequest, type: string): boolean {
  if ((queryOf(request).get('_format') ?? '') !== '') return false;
  const ranges = readRanges(request.headers.accept || '*/*');
  const weightOf = (names: readonly string[]): number =>
    names.map((name) => ranges.find((each) => each.type === name)?.weight).find((weight) => weight !== undefined) ?? 0;
  const named = Math.max(...[...ownTypes].map((each) => weightOf([each])));
  return weightOf([type, `${type.split('/')[0] ?? ''}/*`, '*/*']) > named;
}

/** The form a media type stands for, where it is one. */
export function formOf(mediaType: string): Form | undefined {
  return mediaType.includes('/') ? forms[mediaType] : undefined;
}

/** Whether a media type is of FHIR and of nothing else. */
export function isOwnType(mediaType: string): boolean {
  return ownTypes.has(mediaType);
}

function readRanges(text: string): Range[] {
  return text.split(',').map((each) => {
    const [type = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    const valueOf = (name: string): string | undefined =>
      parameters.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
    const weight = Number(valueOf('q') ?? '1');
    return { type, weight: Number.isFinite(weight) ? weight : 1, isOurs: isOurVersion(valueOf('fhirversion')) };
  });
}

/** FHIR R4, http.html#version-parameter. */
function isOurVersion(version: string | undefined): boolean {
  return version === undefined || /^"?4\.0(?:\.\d+)?"?$/.test(version);
}

/** FHIR R4, http.html#mime-type: a generic media type that was asked for is answered by that media type. */
function mediaTypeFor(type: string, form: Form): string {
  return type.includes('/') && !type.endsWith('+fhir') ? type : fhirTypes[form];
}

/** The form of a body that is a resource; refuses any other, and those of another version of FHIR. */
export function bodyForm(request: FastifyRequest): Form {
  const form = formOf(mediaTypeOf(request));
  const [range] = readRanges(request.headers['content-type'] ?? '');
  if (!form || range?.isOurs === false) {
    const text = 'Content-Type must be application/fhir+json or application/fhir+xml, of FHIR 4.0.';
    throw new AppError('unsupportedMediaType', 'rest.media-type', text);
  }
  return form;
}
