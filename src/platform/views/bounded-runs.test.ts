import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runsInTurn } from './bounded-runs.ts';

async function* pieces(): AsyncGenerator<string> {
  yield 'a';
  yield 'b';
}

describe('runsInTurn', () => {
  it('refuses a run beyond those it allows, until one has ended', async () => {
    const request = { destroy: () => undefined };
    const takeTurn = runsInTurn(1);
    const first = takeTurn(request, pieces());
    expect((await first.next()).value).toBe('a');
    await expect(takeTurn(request, pieces()).next()).rejects.toMatchObject({
      code: 'views.too-many-runs',
      kind: 'busy',
    });
    await first.return(undefined);
    expect((await takeTurn(request, pieces()).next()).value).toBe('a');
  });

  it('cuts off a reader that takes nothing any more', async () => {
    let cut = 0;
    const request = {
      destroy: () => {
        cut += 1;
      },
    };
    const run = runsInTurn(1, 20)(request, pieces());
    await run.next();
    await delay(60);
    expect(cut).toBe(1);
    await run.next();
    await run.return(undefined);
    await delay(40);
    expect(cut).toBe(1);
  });
});
