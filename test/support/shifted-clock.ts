import { readFileSync } from 'node:fs';

/**
 * Loaded before a program (`--import`): its clock is off by the milliseconds in the file that CLOCK_SHIFT_FILE names,
 * which may change while it runs, as when an operator or a time server sets the clock back.
 */
const file = process.env['CLOCK_SHIFT_FILE'] ?? '';
const RealDate = Date;
const realNow = Date.now.bind(Date);

const shiftedNow = (): number => realNow() + Number(readFileSync(file, 'utf8'));

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget) as Date, // as: it constructs one
  apply: () => new RealDate(shiftedNow()).toString(),
});
RealDate.now = shiftedNow;
