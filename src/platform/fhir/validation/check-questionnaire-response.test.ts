import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../definitions/resource.ts';
import { validateResource } from './validate-resource.ts';

const form: JsonObject = {
  resourceType: 'Questionnaire',
  url: 'http://example.org/q',
  status: 'active',
  item: [
    { linkId: 'smokes', type: 'boolean', required: true },
    {
      linkId: 'perDay',
      type: 'integer',
      enableWhen: [{ question: 'smokes', operator: '=', answerBoolean: true }],
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueInteger: 100 }],
    },
    { linkId: 'colour', type: 'choice', answerOption: [{ valueCoding: { code: 'red' } }, { valueString: 'none' }] },
    { linkId: 'group', type: 'group', item: [{ linkId: 'inner', type: 'string', maxLength: 3 }] },
    { linkId: 'note', type: 'display', text: 'thanks' },
  ],
};

function check(status: string, ...item: object[]): string[] {
  const response = {
    resourceType: 'QuestionnaireResponse',
    questionnaire: 'http://example.org/q|1',
    status,
    ...(item.length > 0 ? { item } : {}),
  };
  return validateResource(response, { find: (url) => (url === form['url'] ? form : undefined) }).map(
    (issue) => `${issue.expression ?? ''}: ${issue.text}`,
  );
}

const smokes = (value: boolean): object => ({ linkId: 'smokes', answer: [{ valueBoolean: value }] });

describe('a response to a questionnaire', () => {
  it.each<[string, object[], RegExp | undefined]>([
    ['is complete', [smokes(true), { linkId: 'perDay', answer: [{ valueInteger: 10 }] }], undefined],
    ['leaves a required answer out', [], /"smokes" is required/],
    [
      'answers what its conditions forbid',
      [smokes(false), { linkId: 'perDay', answer: [{ valueInteger: 10 }] }],
      /item\[1\].*conditions/,
    ],
    [
      'exceeds the greatest value',
      [smokes(true), { linkId: 'perDay', answer: [{ valueInteger: 101 }] }],
      /item\[1\]\.answer\[0\].*greatest/,
    ],
    [
      'answers with another type',
      [{ linkId: 'smokes', answer: [{ valueString: 'yes' }] }],
      /cannot be answered with a String/,
    ],
    [
      'chooses what is not offered',
      [smokes(false), { linkId: 'colour', answer: [{ valueCoding: { code: 'blue' } }] }],
      /none of the options/,
    ],
    [
      'chooses what is offered',
      [smokes(false), { linkId: 'colour', answer: [{ valueCoding: { code: 'red', display: 'Red' } }] }],
      undefined,
    ],
    [
      'answers once too often',
      [smokes(false), { linkId: 'colour', answer: [{ valueString: 'none' }, { valueCoding: { code: 'red' } }] }],
      /takes one answer/,
    ],
    ['has an item that the form has not', [smokes(false), { linkId: 'other' }], /no item "other"/],
    ['changes the order', [{ linkId: 'colour', answer: [{ valueString: 'none' }] }, smokes(false)], /order/],
    [
      'writes too much in a group',
      [smokes(false), { linkId: 'group', item: [{ linkId: 'inner', answer: [{ valueString: 'long' }] }] }],
      /item\[1\]\.item\[0\]\.answer\[0\].*3 characters/,
    ],
    [
      'answers a display',
      [smokes(false), { linkId: 'note', answer: [{ valueString: 'x' }] }],
      /display has no answers/,
    ],
  ])('%s', (_, items, expected) => {
    const issues = check('completed', ...items);
    if (expected) expect(issues.join('\n')).toMatch(expected);
    else expect(issues).toEqual([]);
  });

  it('may lack answers while it is in progress', () => {
    expect(check('in-progress')).toEqual([]);
  });
});
