import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { measureLoad } from './measure-load.ts';

const plan = { warmUpSeconds: 0.05, windowSeconds: 0.3, watched: {} };

describe('measureLoad', () => {
  it('keeps one request under way for each client', async () => {
    let running = 0;
    let most = 0;
    const cell = await measureLoad({ ...plan, clients: 4 }, () => ({
      act: async () => {
        running += 1;
        most = Math.max(most, running);
        await delay(10);
        running -= 1;
        return 100;
      },
      close: () => undefined,
    }));
    expect(most).toBe(4);
    expect(running).toBe(0);
    expect(cell.bytesPerAnswer).toBe(100);
    expect(cell.errors).toBe(0);
    expect(cell.answers).toBeGreaterThan(4);
    expect(cell.perSecond).toBeCloseTo(cell.answers / cell.seconds);
    expect(cell.p50Ms).toBeGreaterThanOrEqual(9);
    expect(cell.p99Ms).toBeGreaterThanOrEqual(cell.p50Ms);
  });

  it('counts failures, also those before the window, and goes on', async () => {
    const cell = await measureLoad({ ...plan, clients: 1 }, () => ({
      act: async (turn) => {
        await delay(5);
        if (turn === 0) throw new Error('not ready');
        return 1;
      },
      close: () => undefined,
    }));
    expect(cell).toMatchObject({ errors: 1, errorTexts: ['not ready'] });
    expect(cell.answers).toBeGreaterThan(0);
  });

  it('holds the window open until a slow server has answered each client', async () => {
    const cell = await measureLoad({ ...plan, windowSeconds: 0.05, clients: 2 }, () => ({
      act: async () => {
        await delay(200);
        return 1;
      },
      close: () => undefined,
    }));
    expect(cell.answers).toBeGreaterThanOrEqual(2);
    expect(cell.seconds).toBeGreaterThan(0.1);
  });

  it('closes every user at the end', async () => {
    let closed = 0;
    await measureLoad({ ...plan, clients: 3, windowSeconds: 0.05 }, () => ({
      act: async () => {
        await delay(1);
        return 1;
      },
      close: () => {
        closed += 1;
      },
    }));
    expect(closed).toBe(3);
  });
});
