import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { objectsOf } from './questionnaire-items.ts';
import { type Run, report } from './run.ts';
import { hasConcept } from './value-set-membership.ts';

const absoluteUrl = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** FHIR R4, codesystem.html#supplements: what adds to another system says so, and defines no codes of its own. */
export function checkCodeSystem(run: Run, value: JsonObject): void {
  if (value['supplements'] !== undefined && value['content'] !== 'supplement') {
    report(
      run,
      'business-rule',
      'A code system that supplements another must have the content "supplement".',
      '.content',
    );
  }
  const seen = new Set<unknown>();
  for (const [index, property] of objectsOf(value, 'property').entries()) {
    if (seen.has(property['code']))
      report(run, 'business-rule', 'The property is defined twice.', `.property[${index}]`);
    seen.add(property['code']);
  }
}

/** FHIR R4, valueset.html: systems are named by absolute URIs; codes that are listed exist in systems known completely. */
export function checkValueSet(run: Run, value: JsonObject): void {
  const { compose } = value;
  if (!isJsonObject(compose)) return;
  for (const part of ['include', 'exclude']) {
    for (const [index, set] of objectsOf(compose, part).entries()) checkPart(run, set, `.compose.${part}[${index}]`);
  }
}

function checkPart(run: Run, set: JsonObject, place: string): void {
  const { system } = set;
  if (typeof system !== 'string' || !run.isStrict) return;
  if (!absoluteUrl.test(system)) report(run, 'invalid', 'The system must be an absolute URI.', `${place}.system`);
  const codes = [
    ...objectsOf(set, 'concept').map((concept) => concept['code']),
    ...objectsOf(set, 'filter').flatMap((filter) => codesOfFilter(filter)),
  ];
  for (const code of codes) {
    if (typeof code === 'string' && hasConcept(run.find, system, code) === false) {
      report(run, 'code-invalid', `The code system ${system} has no code "${code}".`, place);
    }
  }
}

/** Filters on the hierarchy name a code of the system. */
function codesOfFilter({ property, op, value }: JsonObject): unknown[] {
  const isHierarchy = op === 'is-a' || op === 'descendent-of' || op === 'is-not-a' || op === 'generalizes';
  return isHierarchy || (property === 'parent' && op === '=') ? [value] : [];
}

/** FHIR R4, searchparameter.html: a composite is made of at least two others. */
export function checkSearchParameter(run: Run, value: JsonObject): void {
  const components = objectsOf(value, 'component').length;
  if (value['type'] === 'composite' && components < 2) {
    report(run, 'business-rule', `A composite search parameter needs two components or more, here are ${components}.`);
  }
}

/** A canonical URL of a definition is absolute, contained ones included. */
export function checkCanonicalUrl(run: Run, value: JsonObject): void {
  const { url } = value;
  if (run.isStrict && typeof url === 'string' && !absoluteUrl.test(url)) {
    report(run, 'invalid', 'The canonical URL must be absolute.', '.url');
  }
}
