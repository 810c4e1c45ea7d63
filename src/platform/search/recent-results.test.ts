import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recentResults } from './recent-results.ts';

describe('recentResults', () => {
  it('gives what the function gives, whatever was asked before', () => {
    const remembered = recentResults((text) => `${text}!`, { atMost: 3, characters: 4 });
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 6 })), (texts) => {
        expect(texts.map(remembered)).toEqual(texts.map((text) => `${text}!`));
      }),
    );
  });

  it('does not compute again what is asked for all the time, however much else passes', () => {
    const computed: string[] = [];
    const remembered = recentResults((text) => (computed.push(text), text.length), { atMost: 10, characters: 20 });
    for (let number = 0; number < 1000; number += 1) {
      remembered('code');
      remembered(`id ${number}`);
    }
    expect(computed.filter((text) => text === 'code')).toHaveLength(1);
  });

  it('does not keep long texts', () => {
    let computed = 0;
    const remembered = recentResults(() => (computed += 1), { atMost: 10, characters: 3 });
    remembered('long text');
    remembered('long text');
    expect(computed).toBe(2);
  });
});
