import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { checkAnswer } from './check-answer.ts';
import { isEnabled, type Scope } from './enable-when.ts';
import { extensionValues, objectsOf } from './questionnaire-items.ts';
import { type Run, report } from './run.ts';

const extensionRoot = 'http://hl7.org/fhir/StructureDefinition/';

/** The form a response answers to, and what its items need to be judged. */
export type Form = {
  readonly run: Run;
  readonly find: (url: string) => JsonObject | undefined;
  readonly isInProgress: boolean;
};

/** Holds a response against its Questionnaire, when the caller has it or it is contained. */
export function checkQuestionnaireResponse(run: Run, response: JsonObject): void {
  const url = response['questionnaire'];
  if (typeof url !== 'string') return;
  const questionnaire = url.startsWith('#') ? containedIn(response, url) : run.find(url.split('|')[0] ?? '');
  if (questionnaire?.['resourceType'] !== 'Questionnaire') return;
  const find = (wanted: string): JsonObject | undefined =>
    wanted.startsWith('#') ? containedIn(questionnaire, wanted) : run.find(wanted);
  const form: Form = { run, find, isInProgress: response['status'] === 'in-progress' };
  checkItems(form, objectsOf(questionnaire, 'item'), objectsOf(response, 'item'), [], '');
}

function containedIn(resource: JsonObject, reference: string): JsonObject | undefined {
  return objectsOf(resource, 'contained').find((one) => `#${String(one['id'])}` === reference);
}

function checkItems(
  form: Form,
  questions: readonly JsonObject[],
  items: readonly JsonObject[],
  above: Scope,
  place: string,
): void {
  const scope: Scope = [items, ...above];
  let last = 0;
  items.forEach((item, index) => {
    const at = questions.findIndex((question) => question['linkId'] === item['linkId']);
    const here = `${place}.item[${index}]`;
    if (at < 0)
      report(form.run, 'invalid', `The questionnaire has no item "${String(item['linkId'])}" at this place.`, here);
    else if (at < last) report(form.run, 'invalid', 'The items are not in the order of the questionnaire.', here);
    last = Math.max(at, last);
  });
  for (const question of questions) checkQuestion(form, question, items, scope, place);
}

function checkQuestion(
  form: Form,
  question: JsonObject,
  items: readonly JsonObject[],
  scope: Scope,
  place: string,
): void {
  const { run } = form;
  const found = items.flatMap((item, index) =>
    item['linkId'] === question['linkId'] ? [{ item, here: `${place}.item[${index}]` }] : [],
  );
  if (!isEnabled(question, scope)) {
    for (const { item, here } of found) {
      if (hasContent(item))
        report(
          run,
          'invalid',
          `The item "${String(question['linkId'])}" is answered, but its conditions do not let it be.`,
          here,
        );
    }
    return;
  }
  const isGroup = question['type'] === 'group';
  const isMissing = !found.some(({ item }) => hasContent(item));
  if (question['required'] === true && isMissing && !form.isInProgress) {
    report(
      run,
      'required',
      `The item "${String(question['linkId'])}" is required but not ${isGroup ? 'filled in' : 'answered'}.`,
      found[0]?.here ?? place,
    );
  }
  if (found.length > 1 && !(isGroup && question['repeats'] === true)) {
    report(run, 'invalid', `The item "${String(question['linkId'])}" may be given only once.`, found[1]?.here ?? place);
  }
  for (const { item, here } of found) checkItem(form, question, item, scope, here);
}

function hasContent(item: JsonObject): boolean {
  return (
    objectsOf(item, 'answer').some((answer) => Object.keys(answer).length > 0) || objectsOf(item, 'item').length > 0
  );
}

function checkItem(form: Form, question: JsonObject, item: JsonObject, scope: Scope, here: string): void {
  const answers = objectsOf(item, 'answer');
  const nested = objectsOf(question, 'item');
  if (question['type'] === 'group' || question['type'] === 'display') {
    if (answers.length > 0)
      report(form.run, 'invalid', `An item of the type ${question['type']} has no answers.`, here);
    checkItems(form, nested, objectsOf(item, 'item'), scope, here);
    return;
  }
  checkAnswerCount(form, question, answers.length, here);
  answers.forEach((answer, index) => {
    checkAnswer(form, question, answer, `${here}.answer[${index}]`);
    checkItems(form, nested, objectsOf(answer, 'item'), scope, `${here}.answer[${index}]`);
  });
  checkExclusive(form, question, answers, here);
}

function checkAnswerCount({ run, isInProgress }: Form, question: JsonObject, count: number, here: string): void {
  const [min] = extensionValues(question, `${extensionRoot}questionnaire-minOccurs`, 'valueInteger');
  const [max] = extensionValues(question, `${extensionRoot}questionnaire-maxOccurs`, 'valueInteger');
  if (typeof min === 'number' && count < min && !isInProgress)
    report(run, 'invalid', `At least ${min} answers are needed, here are ${count}.`, here);
  if (typeof max === 'number' && count > max)
    report(run, 'invalid', `At most ${max} answers are allowed, here are ${count}.`, here);
  if (count > 1 && question['repeats'] !== true)
    report(run, 'invalid', `The item "${String(question['linkId'])}" takes one answer, here are ${count}.`, here);
}

/** An option that is marked as exclusive stands alone. */
function checkExclusive({ run }: Form, question: JsonObject, answers: readonly JsonObject[], here: string): void {
  if (answers.length < 2) return;
  const exclusive = objectsOf(question, 'answerOption').filter((option) =>
    extensionValues(option, `${extensionRoot}questionnaire-optionExclusive`, 'valueBoolean').includes(true),
  );
  const codes = exclusive.map((option) => option['valueCoding']).filter(isJsonObject);
  const chosen = answers.map((answer) => answer['valueCoding']).filter(isJsonObject);
  if (
    chosen.some((coding) =>
      codes.some((code) => code['code'] === coding['code'] && code['system'] === coding['system']),
    )
  ) {
    report(run, 'invalid', 'An exclusive option is chosen together with others.', here);
  }
}
