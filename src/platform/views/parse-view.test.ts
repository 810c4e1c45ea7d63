import { describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { type JsonObject, parseJson } from '#platform/fhir';
import { parseView } from './parse-view.ts';
import { columnsOf } from './view-tree.ts';

const id = { name: 'id', path: 'id' };

function viewOf(select: unknown, more: JsonObject = {}): JsonObject {
  return { resourceType: 'ViewDefinition', resource: 'Patient', select, ...more };
}

function refusal(definition: unknown): AppError {
  try {
    parseView(definition);
  } catch (error) {
    if (error instanceof AppError) {
      return error;
    }
    throw error;
  }
  throw new Error('it was taken');
}

describe('parseView', () => {
  it('puts the columns in the order of the specification', () => {
    const column = (name: string) => ({ name, path: `'${name}'` });
    const view = parseView(
      viewOf([
        {
          unionAll: [{ column: [column('e'), column('f')] }, { column: [column('e'), column('f')] }],
          select: [{ forEach: 'name', column: [column('c'), column('d')] }],
          column: [column('a'), column('b')],
        },
        { column: [column('g')] },
      ]),
    );
    expect(columnsOf(view.selection).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('keeps the digits of a decimal constant', () => {
    const view = parseView(
      parseJson(
        '{"resource":"Patient","constant":[{"name":"c","valueDecimal":1.20}],"select":[{"column":[{"name":"a","path":"%c"}]}]}',
      ),
    );
    expect(view.constants.get('c')).toEqual({ type: 'decimal', text: '1.20' });
  });

  it.each<[string, unknown, string]>([
    ['what is no object', [], 'ViewDefinition'],
    ['another resource', viewOf([{ column: [id] }], { resourceType: 'Patient' }), 'ViewDefinition.resourceType'],
    ['no resource type', viewOf([{ column: [id] }], { resource: 'Patients' }), 'ViewDefinition.resource'],
    ['another FHIR version', viewOf([{ column: [id] }], { fhirVersion: ['5.0.0'] }), 'ViewDefinition.fhirVersion'],
    ['a name that SQL does not take', viewOf([{ column: [id] }], { name: 'a b' }), 'ViewDefinition.name'],
    ['no select', viewOf([]), 'ViewDefinition.select'],
    ['no column', viewOf([{}]), 'ViewDefinition.select'],
    ['a select that is no list', viewOf({ column: [id] }), 'ViewDefinition.select'],
    ['a misspelt element', viewOf([{ foreach: 'name', column: [id] }]), 'ViewDefinition.select[0].foreach'],
    ['two iterations', viewOf([{ forEach: 'name', repeat: ['a'], column: [id] }]), 'ViewDefinition.select[0]'],
    ['an empty repeat', viewOf([{ repeat: [], column: [id] }]), 'ViewDefinition.select[0].repeat'],
    [
      'a path that cannot be read',
      viewOf([{ column: [{ ...id, path: 'id =' }] }]),
      'ViewDefinition.select[0].column[0].path',
    ],
    ['no path', viewOf([{ column: [{ name: 'a' }] }]), 'ViewDefinition.select[0].column[0].path'],
    ['no name', viewOf([{ column: [{ path: 'id' }] }]), 'ViewDefinition.select[0].column[0].name'],
    [
      'a name in quotes',
      viewOf([{ column: [{ path: 'id', name: 'a"b' }] }]),
      'ViewDefinition.select[0].column[0].name',
    ],
    ['a type there is not', viewOf([{ column: [{ ...id, type: 'text' }] }]), 'ViewDefinition.select[0].column[0].type'],
    [
      'a collection that is a word',
      viewOf([{ column: [{ ...id, collection: 'yes' }] }]),
      'ViewDefinition.select[0].column[0].collection',
    ],
    [
      'a name given twice',
      viewOf([{ column: [id] }, { select: [{ column: [id] }] }]),
      'ViewDefinition.select[1].select[0].column[0].name',
    ],
    [
      'branches that differ',
      viewOf([{ unionAll: [{ column: [id] }, { column: [{ ...id, name: 'b' }] }] }]),
      'ViewDefinition.select[0].unionAll[1]',
    ],
    [
      'a constant without a value',
      viewOf([{ column: [id] }], { constant: [{ name: 'c' }] }),
      'ViewDefinition.constant[0].value[x]',
    ],
    [
      'a constant that is no date',
      viewOf([{ column: [id] }], { constant: [{ name: 'c', valueDate: '2024-13' }] }),
      'ViewDefinition.constant[0].valueDate',
    ],
    [
      'a constant of a complex type',
      viewOf([{ column: [id] }], { constant: [{ name: 'c', valueCoding: {} }] }),
      'ViewDefinition.constant[0].valueCoding',
    ],
    [
      'a constant named as one of ours',
      viewOf([{ column: [id] }], { constant: [{ name: 'rowIndex', valueId: 'a' }] }),
      'ViewDefinition.constant[0].name',
    ],
    ['a condition without a path', viewOf([{ column: [id] }], { where: [{}] }), 'ViewDefinition.where[0].path'],
  ])('refuses %s and names the element', (_, definition, place) => {
    const { kind, code, issues } = refusal(definition);
    expect([kind, code, issues[0]?.expression]).toEqual(['ruleBroken', 'views.invalid-view', place]);
  });

  it('refuses selects nested without end', () => {
    let select: JsonObject = { column: [id] };
    for (let depth = 0; depth < 50; depth += 1) {
      select = { select: [select] };
    }
    expect(refusal(viewOf([select])).message).toMatch(/nested deeper than 20/);
  });
});
