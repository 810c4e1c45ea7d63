import { describe, expect, it } from 'vitest';
import { addLabels, removeLabels } from './meta-labels.ts';

const red = { system: 'urn:s', code: 'red', display: 'Red' };

describe('addLabels', () => {
  it('adds what is not there, and leaves what is', () => {
    const meta = { versionId: '1', tag: [red], profile: ['urn:a'] };
    const added = {
      tag: [{ system: 'urn:s', code: 'red' }, { code: 'red' }],
      profile: ['urn:a', 'urn:b'],
      security: [{ code: 'R' }],
    };
    expect(addLabels(meta, added)).toEqual({
      versionId: '1',
      tag: [red, { code: 'red' }],
      profile: ['urn:a', 'urn:b'],
      security: [{ code: 'R' }],
    });
    expect(meta).toEqual({ versionId: '1', tag: [red], profile: ['urn:a'] });
  });
});

describe('removeLabels', () => {
  it('takes away by system and code, and leaves no empty lists', () => {
    const meta = { tag: [red, { code: 'red' }], profile: ['urn:a'], security: [{ code: 'R' }] };
    const removed = { tag: [{ system: 'urn:s', code: 'red' }], profile: ['urn:a', 'urn:b'] };
    expect(removeLabels(meta, removed)).toEqual({ tag: [{ code: 'red' }], security: [{ code: 'R' }] });
  });

  it('undoes an addition', () => {
    const labels = { tag: [red], profile: ['urn:a'] };
    expect(removeLabels(addLabels({ versionId: '1' }, labels), labels)).toEqual({ versionId: '1' });
  });
});
