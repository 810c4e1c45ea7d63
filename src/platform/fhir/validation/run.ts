import type { Issue } from '#platform/errors';
import { findCoreProfile } from '../definitions/core-profiles.ts';
import type { JsonObject } from '../definitions/resource.ts';
import type { PropertyModel } from '../definitions/type-model.ts';
import type { BundleIndex } from './bundle-index.ts';

/** A refusal may grow as long as the input; nobody reads more findings than this. */
const maxIssues = 200;

export type ValidationOptions = {
  /** Finds a conformance resource (StructureDefinition, ValueSet, CodeSystem, Questionnaire) by its canonical URL. */
  readonly find?: (url: string) => JsonObject | undefined;
  /** Profiles to hold the resource against, besides those that it claims in `meta.profile`. */
  readonly profiles?: readonly string[];
  /**
   * Also refuse what FHIR lets pass but careful senders avoid: codes and displays that a complete code system does not
   * have, links of a narrative that lead nowhere.
   */
  readonly strict?: boolean;
  /**
   * References follow REST: a relative one has the form `Patient/1`, which shows the type of its target, so form and
   * type are checked. Otherwise only the type stated in the reference, or that of a target within the document, is.
   */
  readonly restReferences?: boolean;
  /** Extensions that no definition is found for are refused when this says so; by default they are accepted. */
  readonly isUnknownExtensionRefused?: (url: string) => boolean;
};

/**
 * State of one validation: what has been found and where the walk stands.
 * The place is kept as parallel stacks, because a text for it is needed only when something is wrong.
 */
export type Run = {
  readonly issues: Issue[];
  readonly keys: string[];
  readonly indices: number[];
  readonly properties: PropertyModel[];
  depth: number;
  /** Resource the walk is in: the contained one inside `contained`. */
  resource: JsonObject;
  /** Resource that holds `contained`; the same as `resource` elsewhere. */
  rootResource: JsonObject;
  /** The whole document, for example the Bundle. */
  readonly document: JsonObject;
  readonly find: (url: string) => JsonObject | undefined;
  readonly isStrict: boolean;
  readonly isRest: boolean;
  readonly isUnknownExtensionRefused: (url: string) => boolean;
  /** Ids of elements met so far, by resource. */
  readonly elementIds: Map<JsonObject, Set<string>>;
  /** Entries of the document when it is a Bundle; made when the first reference asks. */
  bundle: BundleIndex | undefined;
  /** Profiles given by the caller for the document itself. */
  readonly profiles: readonly string[];
  /** How many profiles the check has gone into, one from another. */
  readonly profileDepth: number;
};

export function startRun(document: JsonObject, options: ValidationOptions): Run {
  return {
    issues: [],
    keys: [],
    indices: [],
    properties: [],
    depth: 0,
    resource: document,
    rootResource: document,
    document,
    find: (url) => options.find?.(url) ?? findCoreProfile(url),
    isStrict: options.strict ?? false,
    isRest: options.restReferences ?? false,
    isUnknownExtensionRefused: options.isUnknownExtensionRefused ?? (() => false),
    elementIds: new Map(),
    bundle: undefined,
    profiles: options.profiles ?? [],
    profileDepth: 0,
  };
}

export function report(run: Run, code: string, text: string, child = ''): void {
  if (run.issues.length >= maxIssues) return;
  run.issues.push({ severity: 'error', code, text, expression: placeOf(run) + child });
}

/** FHIRPath of the place where the walk stands: `Patient.contact[0].name`. */
function placeOf(run: Run): string {
  const type = run.document['resourceType'];
  let place = typeof type === 'string' ? type : 'Resource';
  for (let level = 0; level < run.depth; level += 1) {
    const property = run.properties[level];
    const name = property?.element.isChoice ? property.element.name : run.keys[level];
    const index = run.indices[level] ?? -1;
    place += `.${name}${index < 0 ? '' : `[${index}]`}`;
  }
  return place;
}
