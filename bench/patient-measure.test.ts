import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.ts';
import { patientMeasure } from './patient-measure.ts';

const cell = (strangers: number | undefined, errors = 0): Cell => ({
  seconds: 1,
  answers: 1,
  perSecond: 1,
  p50Ms: 1,
  p95Ms: 1,
  p99Ms: 1,
  bytesPerAnswer: 1,
  errors,
  errorTexts: [],
  ...(strangers === undefined ? {} : { strangers }),
});

function attempts(...cells: readonly Cell[]) {
  let count = 0;
  return {
    run: async () => {
      const next = cells[Math.min(count, cells.length - 1)] ?? cell(0);
      count += 1;
      return next;
    },
    count: () => count,
  };
}

describe('patientMeasure', () => {
  it('is content with a quiet machine, and with one that tells nothing', async () => {
    const measure = patientMeasure(10);
    for (const only of [cell(0.05), cell(undefined)]) {
      const task = attempts(only);
      expect(await measure(task)).toEqual(only);
      expect(task.count()).toBe(1);
    }
  });

  it('measures again what was disturbed and keeps errors of the discarded attempt', async () => {
    const task = attempts(cell(0.6, 2), cell(0.01, 1));
    expect(await patientMeasure(10)(task)).toMatchObject({ strangers: 0.01, errors: 3 });
    expect(task.count()).toBe(2);
  });

  it('takes the least disturbed of three attempts', async () => {
    const task = attempts(cell(0.5), cell(0.3), cell(0.9), cell(0));
    expect(await patientMeasure(10)(task)).toMatchObject({ strangers: 0.3 });
    expect(task.count()).toBe(3);
  });

  it('measures nothing again once its patience is used up', async () => {
    const task = attempts(cell(0.5), cell(0.4));
    const measure = patientMeasure(0.2);
    await measure(task);
    expect(task.count()).toBe(2);
    const second = attempts(cell(0.5));
    await measure(second);
    expect(second.count()).toBe(1);
  });
});
