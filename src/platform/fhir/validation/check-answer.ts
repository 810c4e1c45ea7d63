import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { isResourceType } from '../definitions/type-model.ts';
import { compilePattern } from '../fhirpath/compile-pattern.ts';
import { parseRestUrl } from './bundle-index.ts';
import { decodedBytes } from './check-attachment.ts';
import type { Form } from './check-questionnaire-response.ts';
import { compareValues } from './compare-values.ts';
import { type Answer, extensionValues, isSameAnswer, objectsOf, typedValue } from './questionnaire-items.ts';
import { type Run, report } from './run.ts';
import { isInValueSet } from './value-set-membership.ts';

const root = 'http://hl7.org/fhir/StructureDefinition/';
const sdcRoot = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/';

/** Types an answer may have, by type of the item (FHIR R4, valueset-item-type). */
const answerTypes: Readonly<Record<string, readonly string[]>> = {
  boolean: ['Boolean'],
  decimal: ['Decimal'],
  integer: ['Integer'],
  date: ['Date'],
  dateTime: ['DateTime'],
  time: ['Time'],
  string: ['String'],
  text: ['String'],
  url: ['Uri'],
  choice: ['Coding', 'Date', 'Integer', 'Time', 'String', 'Reference'],
  'open-choice': ['Coding', 'String', 'Date', 'Integer', 'Time', 'Reference'],
  attachment: ['Attachment'],
  reference: ['Reference'],
  quantity: ['Quantity'],
};

export function checkAnswer(form: Form, question: JsonObject, holder: JsonObject, here: string): void {
  const { run } = form;
  const answer = typedValue(holder, 'value');
  if (!answer) return;
  const allowed = answerTypes[String(question['type'])] ?? [];
  if (!allowed.includes(answer.key)) {
    report(
      run,
      'invalid',
      `An item of the type ${String(question['type'])} cannot be answered with a ${answer.key}.`,
      here,
    );
    return;
  }
  checkOptions(run, question, answer, here);
  checkValueSet(form, question, answer, here);
  checkRange(run, question, answer, here);
  checkText(run, question, answer, here);
  if (answer.key === 'Attachment') checkAttachmentRules(run, question, answer, here);
  if (answer.key === 'Reference') checkReferenceRules(run, question, answer, here);
  if (answer.key === 'Quantity') checkUnit(form, question, answer, here);
}

function checkOptions(run: Run, question: JsonObject, answer: Answer, here: string): void {
  const options = objectsOf(question, 'answerOption').flatMap((option) => typedValue(option, 'value') ?? []);
  if (options.length === 0 || (question['type'] === 'open-choice' && answer.key === 'String')) return;
  if (!options.some((option) => isSameAnswer(option, answer)))
    report(run, 'code-invalid', 'The answer is none of the options of the item.', here);
}

function checkValueSet({ run, find }: Form, question: JsonObject, answer: Answer, here: string): void {
  const url = question['answerValueSet'];
  if (typeof url !== 'string') return;
  if (answer.key === 'String') {
    if (question['type'] === 'choice' || question['type'] === 'string')
      report(run, 'code-invalid', `The text is not a code of ${url}.`, here);
    return;
  }
  if (answer.key !== 'Coding' || !isJsonObject(answer.value)) return;
  const { system, code } = answer.value;
  if (typeof code !== 'string') return;
  if (isInValueSet(find, url, typeof system === 'string' ? system : undefined, code) === false) {
    report(run, 'code-invalid', `The code ${String(system)}|${code} is not in the value set ${url} of the item.`, here);
  }
}

function limits(question: JsonObject, name: 'min' | 'max', answer: Answer): unknown[] {
  if (answer.key === 'Quantity')
    return extensionValues(question, `${sdcRoot}sdc-questionnaire-${name}Quantity`, 'valueQuantity');
  return extensionValues(question, `${root}${name}Value`, `value${answer.key}`);
}

function checkRange(run: Run, question: JsonObject, answer: Answer, here: string): void {
  for (const limit of limits(question, 'min', answer)) {
    const order = compareValues(answer.value, limit);
    if (order === undefined)
      report(run, 'invariant', 'The answer cannot be compared with the smallest value allowed.', here);
    else if (order < 0) report(run, 'invariant', 'The answer is less than the smallest value allowed.', here);
  }
  for (const limit of limits(question, 'max', answer)) {
    const order = compareValues(answer.value, limit);
    if (order === undefined)
      report(run, 'invariant', 'The answer cannot be compared with the greatest value allowed.', here);
    else if (order > 0) report(run, 'invariant', 'The answer is more than the greatest value allowed.', here);
  }
}

function checkText(run: Run, question: JsonObject, { value }: Answer, here: string): void {
  const [places] = extensionValues(question, `${root}maxDecimalPlaces`, 'valueInteger');
  if (typeof value === 'number' && typeof places === 'number' && (String(value).split('.')[1] ?? '').length > places) {
    report(run, 'invariant', `The number has more than ${places} decimal places.`, here);
  }
  if (typeof value !== 'string') return;
  const { maxLength } = question;
  const [minLength] = extensionValues(question, `${root}minLength`, 'valueInteger');
  const [pattern] = extensionValues(question, `${root}regex`, 'valueString');
  if (typeof maxLength === 'number' && value.length > maxLength)
    report(run, 'too-long', `The answer is longer than ${maxLength} characters.`, here);
  if (typeof minLength === 'number' && value.length < minLength)
    report(run, 'invariant', `The answer is shorter than ${minLength} characters.`, here);
  if (typeof pattern === 'string' && !matchesWhole(pattern, value))
    report(run, 'invariant', 'The answer does not have the form that the item asks for.', here);
}

/** A pattern that cannot be read judges nothing. */
function matchesWhole(pattern: string, text: string): boolean {
  try {
    return compilePattern(`^(?:${pattern})$`).test(text);
  } catch {
    return true;
  }
}

function checkAttachmentRules(run: Run, question: JsonObject, { value }: Answer, here: string): void {
  if (!isJsonObject(value)) return;
  const [maxBytes] = extensionValues(question, `${root}maxSize`, 'valueDecimal');
  const bytes = typeof value['data'] === 'string' ? decodedBytes(value['data']) : value['size'];
  if (typeof maxBytes === 'number' && typeof bytes === 'number' && bytes > maxBytes) {
    report(run, 'too-long', `The attachment has ${bytes} bytes; ${maxBytes} are allowed.`, here);
  }
  const types = extensionValues(question, `${root}mimeType`, 'valueCode');
  if (types.length > 0 && value['contentType'] !== undefined && !types.includes(value['contentType'])) {
    report(run, 'invalid', `The attachment must be of the type ${types.join(', ')}.`, here);
  }
}

function checkReferenceRules(run: Run, question: JsonObject, { value }: Answer, here: string): void {
  const reference = isJsonObject(value) ? value['reference'] : undefined;
  if (typeof reference !== 'string' || reference.startsWith('#') || reference.startsWith('urn:')) return;
  const target = parseRestUrl(reference);
  const [, type = ''] = /([A-Za-z]+)\/[^/]+$/.exec(reference) ?? [];
  if (!target) {
    report(
      run,
      'invalid',
      isResourceType(type)
        ? `"${reference}" is not a reference.`
        : `There is no R4 resource type "${type}" in "${reference}".`,
      here,
    );
    return;
  }
  const allowed = extensionValues(question, `${root}questionnaire-referenceResource`, 'valueCode');
  if (allowed.length > 0 && !allowed.includes(target.type)) {
    report(
      run,
      'invalid',
      `The item does not take a reference to a ${target.type}; allowed: ${allowed.join(', ')}.`,
      here,
    );
  }
}

function checkUnit({ run, find }: Form, question: JsonObject, { value }: Answer, here: string): void {
  if (!isJsonObject(value)) return;
  const { system, code } = value;
  const units = extensionValues(question, `${root}questionnaire-unitOption`, 'valueCoding').filter(isJsonObject);
  if (
    units.length > 0 &&
    !units.some((unit) => unit['code'] === code && (system === undefined || unit['system'] === system))
  ) {
    report(run, 'code-invalid', 'The unit is none of those the item offers.', here);
  }
  const [set] = extensionValues(question, `${root}questionnaire-unitValueSet`, 'valueCanonical');
  if (typeof set !== 'string') return;
  const isKnown =
    typeof code === 'string' &&
    isInValueSet(find, set, typeof system === 'string' ? system : undefined, code) !== false;
  if (!isKnown) report(run, 'code-invalid', `The unit is not in the value set ${set} of the item.`, here);
}
