import { describe, expect, it } from 'vitest';
import { parseMachineStat, parseProcessStat, sampleCpu, treeOf } from './process-cpu.ts';

const line = (pid: number, name: string, parent: number): string =>
  `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 100 0 0 0 250 50 30 20 20 0 1 0 12345 1000000 500 18446744073709551615`;

describe('parseProcessStat', () => {
  it.each(['node', 'postgres: vsis', 'odd) S 9 (name', ''])('reads times and parent of "%s"', (name) => {
    expect(parseProcessStat(line(42, name, 7))).toEqual({
      pid: 42,
      parent: 7,
      name,
      ownMs: 3000,
      endedChildrenMs: 500,
    });
  });
});

describe('parseMachineStat', () => {
  it('counts everything but idling and waiting as busy', () => {
    const text = 'cpu  100 10 50 1000 40 5 5 20 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n';
    expect(parseMachineStat(text)).toEqual({ busyMs: 1900, totalMs: 12_300 });
  });
});

describe('treeOf', () => {
  it('finds children of children and leaves others out', () => {
    const processes = [
      parseProcessStat(line(1, 'init', 0)),
      parseProcessStat(line(10, 'node', 1)),
      parseProcessStat(line(12, 'postgres', 11)),
      parseProcessStat(line(11, 'postgres', 10)),
      parseProcessStat(line(20, 'other', 1)),
    ];
    expect(treeOf(processes, 10).map((each) => each.pid)).toEqual([10, 11, 12]);
    expect(treeOf(processes, 99)).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('sampleCpu', () => {
  it('sees the work of a process', () => {
    const before = sampleCpu({ serverPid: process.pid });
    const end = performance.now() + 120;
    while (performance.now() < end || process.cpuUsage().user < 100_000) Math.sqrt(2);
    const after = sampleCpu({ serverPid: process.pid });
    expect((after?.serverMs ?? 0) - (before?.serverMs ?? 0)).toBeGreaterThan(0);
    expect((after?.machine.busyMs ?? 0) - (before?.machine.busyMs ?? 0)).toBeGreaterThan(0);
  });
});
