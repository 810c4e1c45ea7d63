import { AppError } from '#platform/errors';

/** Letters and digits of a FİN: no I and no O. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const base = alphabet.length;
/** T is kept for demo people (00TEST1), S for staff. */
const firstLetters = alphabet.replace('S', '').replace('T', '');
const free = firstLetters.length * base ** 4;
/** Prime to 2 and 17, so that multiplying by it walks through every number once. */
const stride = 16_180_339;

/** How many people can have a seed FİN of their own. */
export const mostPersonNumbers = free;

/**
 * The FİN of a person by number: every number has another, all begin with 00, which real ones are not seen to do.
 * A number beyond the alphabet throws `world.too-many-people`.
 */
export function personFin(personNumber: number): string {
  if (personNumber >= free)
    throw new AppError('invalid', 'world.too-many-people', `The seed country ends at ${free} numbers.`);
  // The product stays below 2^53, so that the remainder is exact.
  const scattered = (personNumber * stride + 7_654_321) % free;
  return `00${firstLetters.charAt(Math.floor(scattered / base ** 4))}${digits(scattered % base ** 4, 4)}`;
}

export const staffFin = (staffNumber: number): string => `00S${digits(staffNumber, 4)}`;

function digits(value: number, length: number): string {
  let rest = value;
  let text = '';
  for (let place = 0; place < length; place += 1) {
    text = alphabet.charAt(rest % base) + text;
    rest = Math.floor(rest / base);
  }
  return text;
}
