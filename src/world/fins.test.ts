import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFin } from '#platform/names';
import { mostPersonNumbers, personFin, staffFin } from './fins.ts';

describe('personFin', () => {
  it('gives 300,000 neighbours different lawful numbers', () => {
    const fins = new Set(Array.from({ length: 300_000 }, (_, index) => personFin(index)));
    expect(fins.size).toBe(300_000);
  });

  it('gives two different people different numbers, none of the cast or the staff', () => {
    const number = fc.integer({ min: 0, max: mostPersonNumbers - 1 });
    fc.assert(
      fc.property(number, number, (one, other) => {
        expect(isFin(personFin(one))).toBe(true);
        expect(personFin(one)).not.toMatch(/^00[ST]/);
        expect(personFin(one) === personFin(other)).toBe(one === other);
      }),
      { numRuns: 5000 },
    );
  });

  it('ends where the letters end', () => {
    expect(() => personFin(mostPersonNumbers)).toThrow(expect.objectContaining({ code: 'world.too-many-people' }));
  });

  it('marks staff', () => {
    expect(staffFin(35)).toBe('00S0011');
  });
});
