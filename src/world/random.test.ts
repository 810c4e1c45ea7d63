import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';

describe('createRandom', () => {
  it('gives the same draws for a seed, for ever', () => {
    const random = createRandom('vsis');
    expect([random.int(0, 999), random.int(0, 999), random.int(0, 999), random.int(0, 999)]).toMatchInlineSnapshot(`
      [
        808,
        336,
        877,
        352,
      ]
    `);
  });

  it('spreads evenly and without a pattern between neighbouring seeds', () => {
    const firsts = Array.from({ length: 20_000 }, (_, index) => createRandom(`vsis/family/${index}`).next());
    const buckets = Array.from(
      { length: 10 },
      (_, bucket) => firsts.filter((draw) => Math.floor(draw * 10) === bucket).length,
    );
    for (const size of buckets) expect(Math.abs(size - 2000)).toBeLessThan(200);
    const rises = firsts.filter((draw, index) => draw > (firsts[index - 1] ?? 1)).length;
    expect(Math.abs(rises - 10_000)).toBeLessThan(300);
  });

  it('keeps its bounds', () => {
    const random = createRandom('bounds');
    for (let round = 0; round < 10_000; round += 1) {
      const whole = random.int(3, 7);
      expect(whole >= 3 && whole <= 7).toBe(true);
      expect(Math.abs(random.normal(10, 2) - 10)).toBeLessThanOrEqual(6);
    }
    expect(() => random.pick([])).toThrow(RangeError);
  });

  it('picks by weight', () => {
    const random = createRandom('weights');
    const drawn = Array.from({ length: 10_000 }, () =>
      random.weighted(['rare', 'common', 'never'], (item) => (item === 'rare' ? 1 : item === 'common' ? 9 : 0)),
    );
    const rare = drawn.filter((item) => item === 'rare').length;
    expect(Math.abs(rare - 1000)).toBeLessThan(120);
    expect(drawn).not.toContain('never');
  });
});
