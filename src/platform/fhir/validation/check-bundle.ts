import { isJsonObject, type JsonObject, textOr } from '../definitions/resource.ts';
import { type BundleEntry, type BundleIndex, indexBundle, parseRestUrl, resolveInBundle } from './bundle-index.ts';
import { type Run, report } from './run.ts';

/** Types whose entries may come without the identity of their resource. */
const withoutFullUrl: ReadonlySet<string> = new Set(['transaction', 'batch', 'transaction-response', 'batch-response']);
const absoluteUrl = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** FHIR R4, bundle.html: identity of entries, and references that a document or message must hold itself. */
export function checkBundle(run: Run, bundle: JsonObject): void {
  const index = indexBundle(bundle);
  for (const entry of index.entries) checkFullUrl(run, index.type, entry);
  checkLinks(run, bundle);
  if (index.type === 'document') checkDocument(run, index);
  if (index.type === 'message') checkHeldReferences(run, index, index.entries[0], ['focus']);
}

function checkFullUrl(run: Run, type: string, { fullUrl, resource, index, isOutcome }: BundleEntry): void {
  const place = `.entry[${index}]`;
  if (fullUrl === '') {
    if (!withoutFullUrl.has(type) && !isOutcome)
      report(run, 'invalid', 'The entry needs a fullUrl: the identity of its resource.', place);
    return;
  }
  if (!absoluteUrl.test(fullUrl)) {
    report(run, 'invalid', `The fullUrl "${fullUrl}" must be an absolute URL.`, `${place}.fullUrl`);
    return;
  }
  const rest = parseRestUrl(fullUrl);
  if (!run.isStrict || !rest || withoutFullUrl.has(type)) return;
  const { resourceType, id } = resource;
  if (id === undefined) {
    report(
      run,
      'invalid',
      `The fullUrl "${fullUrl}" is the address of a resource on a server, but the resource has no id.`,
      place,
    );
  } else if (rest.type !== resourceType || rest.id !== id) {
    report(
      run,
      'invalid',
      `The fullUrl "${fullUrl}" must end with /${textOr(resourceType)}/${textOr(id)}.`,
      `${place}.fullUrl`,
    );
  }
}

function checkLinks(run: Run, bundle: JsonObject): void {
  const links = Array.isArray(bundle['link']) ? bundle['link'].filter(isJsonObject) : [];
  const seen = new Set<unknown>();
  links.forEach(({ relation }, index) => {
    if (
      seen.has(relation) &&
      (relation === 'self' ||
        relation === 'first' ||
        relation === 'last' ||
        relation === 'next' ||
        relation === 'previous')
    ) {
      report(run, 'invalid', `The link "${relation}" may be given only once.`, `.link[${index}]`);
    }
    seen.add(relation);
  });
}

const compositionReferences = [
  'subject',
  'encounter',
  'author',
  'attester.party',
  'custodian',
  'event.detail',
  'section',
];

function checkDocument(run: Run, index: BundleIndex): void {
  const [composition] = index.entries;
  if (composition?.resource['resourceType'] !== 'Composition') return;
  checkHeldReferences(run, index, composition, compositionReferences);
  checkReachability(run, index, composition);
}

/** What a document's Composition or a message's header points to must be in the Bundle. */
function checkHeldReferences(
  run: Run,
  index: BundleIndex,
  source: BundleEntry | undefined,
  names: readonly string[],
): void {
  if (!source) return;
  for (const name of names) {
    const [first = '', second] = name.split('.');
    const holder = source.resource[first];
    const value =
      second === undefined ? holder : ownValues(holder).map((item) => (isJsonObject(item) ? item[second] : undefined));
    for (const reference of referencesIn(value)) {
      if (reference.startsWith('#')) continue;
      const found = resolveInBundle(index, reference, source.fullUrl);
      if (found.length === 0)
        report(
          run,
          'not-found',
          `"${reference}" is not in the bundle (${String(source.resource['resourceType'])}.${name}).`,
          `.entry[${source.index}].resource`,
        );
    }
  }
}

function ownValues(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** FHIR R4, documents.html: every entry hangs together with the Composition, in either direction. */
function checkReachability(run: Run, index: BundleIndex, composition: BundleEntry): void {
  const reached = new Set<BundleEntry>([composition]);
  const targets = new Map(
    index.entries.map((entry) => [
      entry,
      referencesIn(entry.resource).flatMap((text) => resolveInBundle(index, text, entry.fullUrl)),
    ]),
  );
  for (let size = 0; size !== reached.size; ) {
    size = reached.size;
    for (const [entry, found] of targets) {
      if (reached.has(entry)) for (const target of found) reached.add(target);
      else if (found.some((target) => reached.has(target))) reached.add(entry);
    }
  }
  for (const entry of index.entries) {
    if (!reached.has(entry))
      report(
        run,
        'informational',
        'The entry is not linked with the Composition of the document, directly or through others.',
        `.entry[${entry.index}]`,
      );
  }
}

/** Literal references at any depth. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isJsonObject(value)) return [];
  const found: string[] = [];
  for (const key in value) {
    const item = value[key];
    if (key === 'reference' && typeof item === 'string') found.push(item);
    else if (typeof item === 'object' && item !== null) found.push(...referencesIn(item));
  }
  return found;
}
