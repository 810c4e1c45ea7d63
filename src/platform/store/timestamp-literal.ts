/**
 * A moment in milliseconds since 1970 as text that PostgreSQL reads as a timestamp. Years before the first are its `BC`,
 * open ends its infinity.
 */
export function timestampLiteral(moment: number): string {
  if (!Number.isFinite(moment)) {
    return moment < 0 ? '-infinity' : 'infinity';
  }
  const date = new Date(moment);
  const year = date.getUTCFullYear();
  const rest = date.toISOString().replace(/^[+-]?\d+/, '');
  return year > 0 ? `${fourDigits(year)}${rest}` : `${fourDigits(1 - year)}${rest} BC`;
}

function fourDigits(year: number): string {
  return String(year).padStart(4, '0');
}
