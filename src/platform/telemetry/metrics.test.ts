import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastingMetrics, mergeMetrics } from './merge-metrics.ts';
import { collectMetrics, counter, gauge, histogram, type Metric } from './metrics.ts';
import { prometheusText } from './prometheus-text.ts';

const named = (name: string): Metric[] => collectMetrics().filter((metric) => metric.name === name);

describe('a metric', () => {
  it('counts by labels, whatever their order', () => {
    const asked = counter({ name: 'test_asked_total', about: 'Asked.' });
    asked.with({ a: '1', b: '2' }).add();
    asked.with({ b: '2', a: '1' }).add(2);
    asked.add();
    expect(named('test_asked_total')).toEqual([
      {
        name: 'test_asked_total',
        about: 'Asked.',
        kind: 'counter',
        series: [
          { labels: { a: '1', b: '2' }, value: 3 },
          { labels: {}, value: 1 },
        ],
      },
    ]);
  });

  it('is known by its name alone', () => {
    counter({ name: 'test_once_total', about: '' });
    expect(() => counter({ name: 'test_once_total', about: '' })).toThrow('two metrics called test_once_total');
  });

  it('is left out until there is something to tell', () => {
    counter({ name: 'test_silent_total', about: '' });
    expect(named('test_silent_total')).toEqual([]);
  });

  it('that is a gauge is asked when somebody looks, until it is taken out', () => {
    let value = 1;
    const remove = gauge({ name: 'test_level', about: '', across: 'sum' }, () => value);
    value = 7;
    expect(named('test_level')).toMatchObject([{ series: [{ labels: {}, value: 7 }] }]);
    remove();
    expect(named('test_level')).toEqual([]);
  });

  it('puts each value into the first bucket whose bound it does not pass', () => {
    const sizes = histogram({ name: 'test_sizes', about: '', bounds: [1, 10] }).with({});
    for (const value of [0, 1, 1.5, 10, 11]) sizes.record(value);
    expect(named('test_sizes')).toMatchObject([{ series: [{ sum: 23.5, counts: [2, 2, 1] }] }]);
  });
});

describe('the Prometheus text', () => {
  it('escapes labels and adds buckets up', () => {
    const metrics: Metric[] = [
      { name: 'a_total', about: 'One\nline', kind: 'counter', series: [{ labels: { route: 'a"b\\c' }, value: 2 }] },
      {
        name: 'b_seconds',
        about: 'B.',
        kind: 'histogram',
        bounds: [0.5, 1],
        series: [{ labels: { x: 'y' }, sum: 4.5, counts: [1, 0, 2] }],
      },
    ];
    expect(prometheusText(metrics)).toBe(
      [
        '# HELP a_total One\\nline',
        '# TYPE a_total counter',
        'a_total{route="a\\"b\\\\c"} 2',
        '# HELP b_seconds B.',
        '# TYPE b_seconds histogram',
        'b_seconds_bucket{x="y",le="0.5"} 1',
        'b_seconds_bucket{x="y",le="1"} 1',
        'b_seconds_bucket{x="y",le="+Inf"} 3',
        'b_seconds_sum{x="y"} 4.5',
        'b_seconds_count{x="y"} 3',
        '',
      ].join('\n'),
    );
  });
});

describe('several processes', () => {
  const of = (process: string, ...metrics: Metric[]) => ({ process, metrics });
  const level = (across: 'sum' | 'max' | 'each', value: number): Metric => ({
    name: 'level',
    about: '',
    kind: 'gauge',
    across,
    series: [{ labels: {}, value }],
  });

  it.each([
    ['sum', [{ labels: {}, value: 5 }]],
    ['max', [{ labels: {}, value: 3 }]],
    [
      'each',
      [
        { labels: { process: 'a' }, value: 2 },
        { labels: { process: 'b' }, value: 3 },
      ],
    ],
  ] as const)('make one figure of a gauge: %s', (across, series) => {
    expect(mergeMetrics([of('a', level(across, 2)), of('b', level(across, 3))])).toMatchObject([{ series }]);
  });

  it('lose nothing of counters and histograms when they are added up, in any order', () => {
    const counts = fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 5 }), (all) => {
        const processes = all.map((each, at) =>
          of(
            String(at),
            { name: 'h', about: '', kind: 'histogram', bounds: [1, 2], series: [{ labels: {}, sum: 1, counts: each }] },
            { name: 'c', about: '', kind: 'counter', series: [{ labels: {}, value: each[0] ?? 0 }] },
          ),
        );
        const total = [0, 1, 2].map((at) => all.reduce((sum, each) => sum + (each[at] ?? 0), 0));
        for (const order of [processes, processes.toReversed()]) {
          expect(mergeMetrics(order)).toMatchObject([
            { name: 'h', series: [{ sum: all.length, counts: total }] },
            { name: 'c', series: [{ value: total[0] }] },
          ]);
        }
      }),
    );
  });

  it('that have ended keep what they counted, and no level', () => {
    const counted: Metric = { name: 'c', about: '', kind: 'counter', series: [{ labels: {}, value: 1 }] };
    expect(lastingMetrics([counted, level('sum', 1)])).toEqual([counted]);
  });
});
