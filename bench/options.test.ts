import { describe, expect, it } from 'vitest';
import { OptionError, readOptions } from './options.ts';
import { workloadNames } from './workload-names.ts';

describe('readOptions', () => {
  it('measures everything on our own server by default, with the floors', () => {
    expect(readOptions([])).toMatchObject({
      target: undefined,
      clients: [1, 16, 64],
      only: workloadNames,
      runs: 3,
      patienceSeconds: 60,
      floors: true,
      quick: false,
    });
  });

  it('leaves the floors out beside a given target, unless they are asked for', () => {
    expect(readOptions(['--target', 'http://127.0.0.1:8080/fhir'])).toMatchObject({ floors: false });
    expect(readOptions(['--target', 'http://127.0.0.1:8080/fhir', '--floors', 'yes'])).toMatchObject({ floors: true });
  });

  it('takes the closing slash off the base', () => {
    expect(readOptions(['--target', 'https://example.org/fhir/R4/']).target?.href).toBe('https://example.org/fhir/R4');
  });

  it('shortens everything with --quick, but not what is given besides', () => {
    const options = readOptions(['--quick', '--concurrency', '2, 4', '--seconds', '1.5']);
    expect(options).toMatchObject({ runs: 1, clients: [2, 4], windowSeconds: 1.5 });
    expect(options.charts).toBeLessThan(readOptions([]).charts);
  });

  it('keeps chosen workloads in the order of the table', () => {
    expect(readOptions(['--only', 'transaction,read-patient']).only).toEqual(['read-patient', 'transaction']);
  });

  it.each([
    { args: ['--target', 'localhost'], says: '--target' },
    { args: ['--target', 'ftp://example.org/'], says: '--target' },
    { args: ['--seconds', 'soon'], says: '--seconds' },
    { args: ['--seconds', ''], says: '--seconds' },
    { args: ['--seconds', '0'], says: '--seconds' },
    { args: ['--runs', '0'], says: '--runs' },
    { args: ['--patience', '-1'], says: '--patience' },
    { args: ['--runs', '1.5'], says: '--runs' },
    { args: ['--concurrency', '1,,2'], says: '--concurrency' },
    { args: ['--only', 'reading'], says: 'reading' },
    { args: ['--floors', 'maybe'], says: '--floors' },
    { args: ['--sceonds', '1'], says: '--sceonds' },
    { args: ['one'], says: 'one' },
  ])('refuses $args and says why', ({ args, says }) => {
    expect(() => readOptions(args)).toThrow(OptionError);
    expect(() => readOptions(args)).toThrow(says);
  });
});
