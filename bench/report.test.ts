import { describe, expect, it } from 'vitest';
import { type Cell, medianCell } from './cell.ts';
import {
  comparisonTable,
  cpuTimesFloor,
  formatNumber,
  formatTable,
  mainTable,
  shareOfFloor,
  targetTable,
} from './report.ts';
import type { BenchResult, Measured } from './result.ts';
import type { FloorName, WorkloadName } from './workload-names.ts';

const cell = (figures: Partial<Cell>): Cell => ({
  seconds: 2,
  answers: 100,
  perSecond: 50,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 3,
  bytesPerAnswer: 1500,
  errors: 0,
  errorTexts: [],
  ...figures,
});

const measured = (name: WorkloadName | FloorName, clients: number, figures: Partial<Cell>): Measured => ({
  name,
  clients,
  runs: [cell(figures)],
  median: cell(figures),
});

const result = (list: readonly Measured[]): BenchResult => ({
  format: 1,
  startedAt: '2026-11-23T12:00:00.000Z',
  commit: 'abc1234',
  target: 'own',
  software: 'VSİS 0.1.0',
  everythingBy: '$everything',
  machine: {
    cores: 2,
    cpu: 'some',
    memoryGigabytes: 24,
    system: 'linux',
    node: 'v24',
    postgres: '18.4',
    fileSystem: 'ext4',
  },
  loadBefore: 0,
  loadAfter: 1,
  windowSeconds: 2,
  warmUpSeconds: 1,
  runs: 1,
  storedResources: 1000,
  serverPeakMemoryMegabytes: 300,
  tookSeconds: 60,
  measured: list,
});

const withFloors = result([
  measured('create-observation', 64, { perSecond: 2000, serverCpuMs: 0.3, postgresCpuMs: 0.2 }),
  measured('transaction', 64, { perSecond: 40, serverCpuMs: 20, postgresCpuMs: 5 }),
  measured('read-patient', 64, { perSecond: 5000 }),
  measured('http-insert', 64, { perSecond: 8000, serverCpuMs: 0.07, postgresCpuMs: 0.03 }),
  measured('http-select', 64, { perSecond: 20_000 }),
]);

describe('formatTable', () => {
  it('gives every line the same length and every column its own side', () => {
    const lines = formatTable(
      ['', 'req/s'],
      [
        ['read', '1,000'],
        ['create', '5'],
      ],
    ).split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[1]).toMatch(/^\|-+\|-+:\|$/);
    expect(lines[3]).toBe('| create |     5 |');
  });
});

describe('formatNumber', () => {
  it.each([
    { value: undefined, wanted: '' },
    { value: 0.0312, wanted: '0.031' },
    { value: 0.999, wanted: '1.00' },
    { value: 9.999, wanted: '10.00' },
    { value: 42.25, wanted: '42.3' },
    { value: 8391.4, wanted: '8,391' },
  ])('writes $value as "$wanted"', ({ value, wanted }) => {
    expect(formatNumber(value)).toBe(wanted);
  });
});

describe('ratios to the floor', () => {
  it('divides by the floor at the same number of clients', () => {
    expect(shareOfFloor(withFloors, 'create-observation', 64)).toBeCloseTo(0.25);
    expect(shareOfFloor(withFloors, 'read-patient', 64)).toBeCloseTo(0.25);
    expect(cpuTimesFloor(withFloors, 'create-observation', 64)).toBeCloseTo(5);
  });

  it('counts a transaction as the resources it creates', () => {
    expect(shareOfFloor(withFloors, 'transaction', 64)).toBeCloseTo(0.5);
    expect(cpuTimesFloor(withFloors, 'transaction', 64)).toBeCloseTo(2.5);
  });

  it('is missing where floor, workload or processor time is', () => {
    expect(shareOfFloor(withFloors, 'create-observation', 16)).toBeUndefined();
    expect(shareOfFloor(withFloors, 'history', 64)).toBeUndefined();
    expect(cpuTimesFloor(withFloors, 'read-patient', 64)).toBeUndefined();
  });
});

describe('targetTable', () => {
  it('says what is met and what is missed', () => {
    const lines = (targetTable(withFloors) ?? '').split('\n');
    expect(lines.find((line) => line.includes('create Observation'))).toMatch(
      /3,200 .* 2,000 .* 62\.5 % .* 50\.0 % .* missed/,
    );
    expect(lines.find((line) => line.includes('read Patient'))).toMatch(/10,000 .* 50\.0 % .* missed/);
    expect(lines.find((line) => line.includes('transaction'))).toMatch(/65\.0 .* 40\.0 .* missed/);
  });

  it('says nothing without floors', () => {
    expect(targetTable(result([measured('read-patient', 64, {})]))).toBeUndefined();
  });
});

describe('comparisonTable', () => {
  it('sets rates and processor time against each other', () => {
    const before = result([measured('read-patient', 16, { perSecond: 1000, serverCpuMs: 0.4, postgresCpuMs: 0.1 })]);
    const now = result([measured('read-patient', 16, { perSecond: 1500, serverCpuMs: 0.2, postgresCpuMs: 0.1 })]);
    expect(comparisonTable(now, before)).toMatch(/1,000 .* 1,500 .* \+50 % .* 0\.500 .* 0\.300 .* -40 %/);
  });

  it('is left out where nothing is comparable', () => {
    const other = result([measured('history', 16, {})]);
    expect(comparisonTable(withFloors, other)).toBeUndefined();
  });
});

describe('mainTable', () => {
  it('has a line for each measurement, and errors in it', () => {
    const table = mainTable(result([measured('history', 1, { errors: 3 }), measured('history', 16, {})]));
    const lines = table.split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/^\| instance history, 8 versions \|\s+1 \|.*\| +3 \|/);
  });
});

describe('medianCell', () => {
  it('takes the middle of each figure and the sum of the errors', () => {
    const runs = [
      cell({ perSecond: 10, p50Ms: 3, errors: 1, errorTexts: ['a'], serverCpuMs: 1 }),
      cell({ perSecond: 30, p50Ms: 1, errors: 2, errorTexts: ['a', 'b'], serverCpuMs: 3 }),
      cell({ perSecond: 20, p50Ms: 2, serverCpuMs: 2 }),
    ];
    expect(medianCell(runs)).toMatchObject({
      perSecond: 20,
      p50Ms: 2,
      errors: 3,
      errorTexts: ['a', 'b'],
      serverCpuMs: 2,
    });
    expect(medianCell(runs)).not.toHaveProperty('postgresCpuMs');
  });
});
