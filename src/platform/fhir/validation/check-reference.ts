import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { isResourceType } from '../definitions/type-model.ts';
import { type BundleIndex, indexBundle, parseRestUrl, resolveInBundle } from './bundle-index.ts';
import { type Run, report } from './run.ts';

const absoluteUrl = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** Bundles in which a `urn:` must lead to one of their own entries. */
const selfContained: ReadonlySet<string> = new Set(['document', 'message', 'transaction']);
const conditional = /^([A-Za-z]+)\?/;

/** FHIR R4, references.html: form of a literal reference, and the type of what it points to where that can be seen. */
export function checkReference(run: Run, value: JsonObject): void {
  const { reference, type } = value;
  if (typeof type === 'string' && type !== '' && !absoluteUrl.test(type) && !isResourceType(type)) {
    report(run, 'invalid', `There is no R4 resource type "${type}".`, '.type');
  }
  if (typeof reference !== 'string') {
    if (typeof type === 'string') checkTarget(run, type);
    return;
  }
  checkForm(run, reference);
  const found = targetType(run, reference);
  if (found === undefined) return;
  checkTarget(run, found);
  if (typeof type === 'string' && isResourceType(type) && type !== found) {
    report(run, 'invalid', `The reference says that its target is a ${type}, but "${reference}" is a ${found}.`);
  }
}

/** A canonical URL of the FHIR specification names the type of its target: `http://hl7.org/fhir/ValueSet/…`. */
export function checkCanonical(run: Run, value: string, targets: ReadonlySet<string>): void {
  const [, type = ''] = /^http:\/\/hl7\.org\/fhir\/([A-Za-z]+)\/[^/]+$/.exec(value) ?? [];
  if (targets.size > 0 && isResourceType(type) && !targets.has(type)) {
    report(run, 'invalid', `The canonical URL is that of a ${type}; allowed: ${[...targets].join(', ')}.`);
  }
}

/** `Patient/x` where the bundle has `urn:uuid:x`: not resolved by R4, but surely meant, so its type must be right. */
function checkNamesake(run: Run, index: BundleIndex, reference: string): void {
  const target = parseRestUrl(reference);
  const namesake = target?.base === '' ? typeName(index.byUrl.get(`urn:uuid:${target.id}`)?.[0]?.resource) : undefined;
  if (namesake !== undefined && namesake !== target?.type) {
    report(run, 'structure', `"${reference}" is a ${namesake} in the bundle.`);
  }
}

/** Outside REST and Bundles a relative reference is any relative URL, however little it says. */
function checkForm(run: Run, reference: string): void {
  if (!run.isRest && run.document['resourceType'] !== 'Bundle') return;
  if (reference.startsWith('#') || absoluteUrl.test(reference)) return;
  const [, type = ''] = conditional.exec(reference) ?? [];
  if (isResourceType(type)) return;
  if (!parseRestUrl(reference)) {
    report(
      run,
      'invalid',
      `A relative reference must have the form [type]/[id]; "${reference}" has not.`,
      '.reference',
    );
  }
}

function checkTarget(run: Run, type: string): void {
  const property = run.properties[run.depth - 1];
  if (!property || property.targets.size === 0 || !isResourceType(type) || property.targets.has(type)) return;
  report(
    run,
    'structure',
    `${property.element.path} may not point to a ${type}; allowed: ${[...property.targets].join(', ')}.`,
  );
}

/** Type of the target as far as the document or the text of the reference shows it. */
function targetType(run: Run, reference: string): string | undefined {
  if (reference.startsWith('#')) return containedType(run, reference.slice(1));
  const index = bundleOf(run);
  if (index) {
    const held = findInBundle(run, index, reference);
    if (held !== undefined) return held;
  }
  return run.isRest ? (parseRestUrl(reference)?.type ?? conditionalType(reference)) : undefined;
}

function conditionalType(reference: string): string | undefined {
  const [, type = ''] = conditional.exec(reference) ?? [];
  return isResourceType(type) ? type : undefined;
}

function containedType(run: Run, id: string): string | undefined {
  if (id === '') return typeName(run.rootResource);
  const list = Array.isArray(run.rootResource['contained']) ? run.rootResource['contained'].filter(isJsonObject) : [];
  return typeName(list.find((resource) => resource['id'] === id));
}

function typeName(resource: JsonObject | undefined): string | undefined {
  const name = resource?.['resourceType'];
  return typeof name === 'string' ? name : undefined;
}

function bundleOf(run: Run): BundleIndex | undefined {
  if (run.document['resourceType'] !== 'Bundle') return undefined;
  run.bundle ??= indexBundle(run.document);
  return run.bundle;
}

function findInBundle(run: Run, index: BundleIndex, reference: string): string | undefined {
  const source = index.urlOf.get(run.rootResource) ?? '';
  const found = resolveInBundle(index, reference, source);
  const [first] = found;
  if (first) {
    const type = typeName(first.resource);
    const implied = parseRestUrl(reference)?.type;
    if (found.length > 1 && index.type !== 'history')
      report(run, 'invalid', `"${reference}" stands for ${found.length} entries of the bundle.`);
    if (implied !== undefined && type !== implied)
      report(run, 'structure', `"${reference}" is a ${String(type)} in the bundle.`);
    return type;
  }
  checkNamesake(run, index, reference);
  if (reference.startsWith('urn:') && selfContained.has(index.type))
    report(run, 'not-found', `"${reference}" is not in the bundle.`);
  return undefined;
}
