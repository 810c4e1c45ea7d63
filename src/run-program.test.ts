import { describe, expect, it } from 'vitest';
import { AppError, StartError } from '#platform/errors';
import { runProgram } from './run-program.ts';

function run(work: Parameters<typeof runProgram>[0]) {
  const out: string[] = [];
  return { out, code: runProgram(work, { write: (text) => out.push(text) }) };
}

describe('a program', () => {
  it('closes what it opened in the opposite order, also when it fails', async () => {
    const closed: string[] = [];
    const { out, code } = run(async ({ opened }) => {
      opened.defer(() => void closed.push('database'));
      opened.defer(() => void closed.push('server'));
      throw new StartError('x.y', 42, 'It cannot be. Do this.');
    });
    expect(await code).toBe(42);
    expect(closed).toEqual(['server', 'database']);
    expect(out.join('')).toBe('\nIt cannot be. Do this.\n');
  });

  it.each([
    [new AppError('invalid', 'x.y', 'Not so.'), 1, '\nNot so.\n'],
    [new TypeError('x of "Əliyeva" is no function'), 1, 'VSİS failed: TypeError: x of … is no function'],
  ])('ends with its reason: %s', async (error, exitCode, text) => {
    const { out, code } = run(() => Promise.reject(error));
    expect(await code).toBe(exitCode);
    expect(out.join('')).toContain(text);
  });

  it('ends when a resource gives up', async () => {
    const { code, out } = run(async ({ fail, stopped }) => {
      setTimeout(() => fail(new StartError('database.start-failed', 23, 'Gone for good.')), 5);
      await stopped;
    });
    expect(await code).toBe(23);
    expect(out.join('')).toContain('Gone for good.');
  });

  it('is well when work was broken off because it was asked to stop', async () => {
    const { code } = run(async ({ signal }) => {
      setTimeout(() => process.emit('SIGTERM'), 5);
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    expect(await code).toBe(0);
  });

  it('gives the exit code of its work, and leaves no signal handler behind', async () => {
    const before = process.listenerCount('SIGINT');
    expect(await run(async () => 7).code).toBe(7);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
