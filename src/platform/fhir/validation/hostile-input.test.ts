import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../definitions/type-model.ts';
import { validateResource } from './validate-resource.ts';

const names = [
  'id',
  'meta',
  'text',
  'contained',
  'extension',
  'url',
  'valueString',
  'status',
  'code',
  'coding',
  'system',
  'reference',
  'entry',
  'resource',
  'fullUrl',
  'item',
  'linkId',
  'type',
  'name',
  '_name',
  'given',
  '_given',
  'period',
  'start',
  'div',
  'resourceType',
  'value',
  '__proto__',
  'constructor',
  'toString',
];
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('#', 'Patient/1', 'urn:uuid:1', '2020-13-01', '<div>', 'Bundle', ...names),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 6 }),
  ),
}));

describe('validateResource', () => {
  it('names faults and never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...resourceTypes),
        fc.dictionary(fc.constantFrom(...names), tree, { maxKeys: 8 }),
        (resourceType, content) => {
          const resource = { ...content, resourceType };
          const before = JSON.stringify(resource);
          expect(Array.isArray(validateResource(resource, { strict: true, restReferences: true }))).toBe(true);
          expect(JSON.stringify(resource)).toBe(before);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes no longer than a second for a resource made to be slow', () => {
    const resource = {
      resourceType: 'Patient',
      contained: Array.from({ length: 1_000 }, (_, index) => ({ resourceType: 'Patient', id: `p${index}` })),
      name: Array.from({ length: 5_000 }, () => ({ given: ['a'] })),
    };
    const start = performance.now();
    validateResource(resource);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('a narrative', () => {
  const faultsOf = (content: string): number =>
    validateResource({
      resourceType: 'Patient',
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${content}</div>` },
    }).filter(({ severity }) => severity === 'error').length;

  it.each(['javascript:x', 'java\tscript:x', 'java&#10;script:x', '&#1;javascript:x', ' vb\nscript:x'])(
    'with a link to %j is refused, however a browser reads it',
    (target) => {
      expect(faultsOf(`<a href="${target}">x</a>`)).toBeGreaterThan(0);
    },
  );

  it('that nests very deep is refused at once', () => {
    const start = performance.now();
    expect(faultsOf(`${'<div>'.repeat(100_000)}x${'</div>'.repeat(100_000)}`)).toBeGreaterThan(0);
    expect(faultsOf(`${'<div>'.repeat(50)}x${'</div>'.repeat(50)}`)).toBe(0);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
