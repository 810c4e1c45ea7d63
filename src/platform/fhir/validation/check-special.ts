import type { JsonObject } from '../definitions/resource.ts';
import type { TypeModel } from '../definitions/type-model.ts';
import { checkAttachment } from './check-attachment.ts';
import { checkBundle } from './check-bundle.ts';
import { checkCoding } from './check-coding.ts';
import {
  checkCanonicalUrl,
  checkCodeSystem,
  checkSearchParameter,
  checkValueSet,
} from './check-conformance-resource.ts';
import { checkExtension } from './check-extension.ts';
import { checkNarrative } from './check-narrative.ts';
import { checkQuestionnaireResponse } from './check-questionnaire-response.ts';
import { checkReference } from './check-reference.ts';
import { type Run, report } from './run.ts';

type Check = (run: Run, value: JsonObject) => void;

/** What the definitions do not say in a form that a machine can apply, by type. */
const checks: ReadonlyMap<string, Check> = new Map([
  ['Attachment', checkAttachment],
  ['Bundle', checkBundle],
  ['CodeSystem', checkCodeSystem],
  ['Coding', checkCoding],
  ['Extension', checkExtension],
  ['Narrative', checkNarrative],
  ['QuestionnaireResponse', checkQuestionnaireResponse],
  ['Reference', checkReference],
  ['SearchParameter', checkSearchParameter],
  ['ValueSet', checkValueSet],
]);

export function checkSpecial(run: Run, value: JsonObject, type: TypeModel): void {
  checks.get(type.name)?.(run, value);
  if (type.kind === 'resource' && type.properties.get('url')?.typeName === 'uri') checkCanonicalUrl(run, value);
  // The ids of element definitions are unique in their view, snapshot or differential, which sdf-16 and sdf-17 say.
  if (value['id'] !== undefined && type.kind !== 'resource' && type.name !== 'ElementDefinition')
    checkElementId(run, value, type);
}

/** FHIR R4, element.html#id: unique within the resource; an element is more than its id. */
function checkElementId(run: Run, value: JsonObject, type: TypeModel): void {
  const id = value['id'];
  if (typeof id !== 'string') return;
  let known = run.elementIds.get(run.resource);
  if (!known) run.elementIds.set(run.resource, (known = new Set()));
  if (known.has(id)) report(run, 'business-rule', `The element id "${id}" is used twice in the resource.`, '.id');
  known.add(id);
  if (type.name !== 'Element' && Object.keys(value).length === 1) {
    report(run, 'invariant', 'Rule ele-1 is broken: an element must have a value or children, not an id alone.');
  }
}
