import { describe, expect, it } from 'vitest';
import { addUp, type CpuProfile, partOf } from './profile-report.ts';

const node = (id: number, functionName: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url: '', lineNumber: 0 },
  children,
});

// root → outer → inner → outer (recursion), and idle beside it
const profile: CpuProfile = {
  nodes: [node(1, '(root)', [2, 5]), node(2, 'outer', [3]), node(3, 'inner', [4]), node(4, 'outer'), node(5, '(idle)')],
  samples: [2, 3, 3, 4, 5],
  timeDeltas: [1000, 2000, 3000, 4000, 9000],
};

describe('addUp', () => {
  const shares = new Map(addUp(profile, (each) => each.callFrame.functionName).map((each) => [each.name, each]));

  it('adds the own time of a function wherever it was called', () => {
    expect(shares.get('outer')).toMatchObject({ selfMs: 5 });
    expect(shares.get('inner')).toMatchObject({ selfMs: 5 });
  });

  it('counts time with calls once, also where a function calls itself', () => {
    expect(shares.get('outer')).toMatchObject({ totalMs: 10 });
    expect(shares.get('inner')).toMatchObject({ totalMs: 9 });
  });

  it('leaves idle time out', () => {
    expect(shares.get('(idle)')).toMatchObject({ selfMs: 0, totalMs: 0 });
    expect(shares.get('(root)')).toMatchObject({ totalMs: 10 });
  });
});

describe('partOf', () => {
  const root = new URL('..', import.meta.url).href;
  it.each([
    { url: `${root}src/platform/store/write-rows.ts`, part: 'src/platform/store' },
    { url: `${root}src/platform/fhir/json/parse-json.ts`, part: 'src/platform/fhir/json' },
    { url: `${root}node_modules/postgres/src/connection.js`, part: 'package postgres' },
    { url: `${root}node_modules/@fastify/static/index.js`, part: 'package @fastify/static' },
    { url: 'node:internal/streams/writable', part: 'Node itself' },
    { url: '', part: 'Node itself' },
  ])('gives $part for $url', ({ url, part }) => {
    expect(partOf(url, 'f')).toBe(part);
  });

  it('names the garbage collector', () => {
    expect(partOf('', '(garbage collector)')).toBe('garbage collection');
  });
});
