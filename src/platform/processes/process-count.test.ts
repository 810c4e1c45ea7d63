import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionsEach, processCount } from './process-count.ts';

describe('the number of processes', () => {
  it.each([
    [0, 1, 1],
    [0, 2, 1],
    [0, 3, 1],
    [0, 4, 2],
    [0, 16, 8],
    [0, 64, 8],
    [3, 2, 3],
  ])('where %i is asked for on %i processors is %i', (wanted, processors, count) => {
    expect(processCount(wanted, processors)).toBe(count);
  });
});

describe('connections', () => {
  it.each([
    [0, 1, 10],
    [0, 2, 10],
    [0, 8, 7],
    [20, 2, 10],
    [2, 2, 4],
  ])('where there may be %i for %i processes are %i for each', (total, processes, each) => {
    expect(connectionsEach(total, processes)).toBe(each);
  });

  it('of all stay within what was asked for, but for four each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 64 }), (total, processes) => {
        const each = connectionsEach(total, processes);
        expect(each).toBeGreaterThanOrEqual(4);
        expect(each === 4 || each * processes <= total).toBe(true);
      }),
    );
  });
});
