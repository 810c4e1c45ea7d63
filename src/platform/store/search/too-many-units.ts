import type { AppError } from '#platform/errors';
import { invalid } from '#platform/search';

/** A search is refused rather than answered without those that stand in further units. */
export function tooManyUnits(name: string): AppError {
  return invalid(name, 'there are quantities in too many units to look in each; leave the system out, as in 5.4||mg');
}
