import { soundKey } from '#platform/names';

/** How two names agree, from best to worst; `absent` where one of them is not known. */
export type NameAgreement = 'same' | 'sound' | 'typing' | 'beginning' | 'other' | 'absent';

const order: readonly NameAgreement[] = ['same', 'sound', 'typing', 'beginning', 'other'];

/** The best agreement among all forms of two names; forms are folded. */
export function compareNames(left: readonly string[], right: readonly string[]): NameAgreement {
  if (left.length === 0 || right.length === 0) {
    return 'absent';
  }
  const found = left.flatMap((one) => right.map((other) => compareName(one, other)));
  return order.find((each) => found.includes(each)) ?? 'other';
}

function compareName(left: string, right: string): NameAgreement {
  if (left === right) {
    return 'same';
  }
  if (soundOf(left) === soundOf(right)) {
    return 'sound';
  }
  const shorter = Math.min(left.length, right.length);
  if (editDistance(left, right) <= (shorter >= 9 ? 2 : shorter >= 4 ? 1 : 0)) {
    return 'typing';
  }
  return left.startsWith(right) || right.startsWith(left) ? 'beginning' : 'other';
}

/** Surnames in -ov and -ev take an -a for a woman; which form was written says little about who is meant. */
function soundOf(name: string): string {
  const key = name.split(' ').map(soundKey).join(' ');
  return key.replace(/(?<=[ao]v)a$/, '');
}

export type DateAgreement = 'same' | 'partial' | 'swapped' | 'typing' | 'other' | 'absent';

/** How two dates of birth agree. The first of January stands for a day that is not known, so it says the year alone. */
export function compareDates(left: string | undefined, right: string | undefined): DateAgreement {
  if (left === undefined || right === undefined) {
    return 'absent';
  }
  if (left === right && left.length === 10 && !left.endsWith('-01-01')) {
    return 'same';
  }
  if (left.startsWith(right) || right.startsWith(left) || isUnknownDayOf(left, right) || isUnknownDayOf(right, left)) {
    return 'partial';
  }
  if (left.length < 10 || right.length < 10) {
    return 'other';
  }
  if (swapDayAndMonth(left) === right) {
    return 'swapped';
  }
  return isOneSlip(left, right) ? 'typing' : 'other';
}

function isUnknownDayOf(left: string, right: string): boolean {
  return left.endsWith('-01-01') && left.slice(0, 4) === right.slice(0, 4);
}

/** 2001-03-12 is 2001-12-03 to whoever reads the other order. */
export function swapDayAndMonth(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${year}-${day}-${month}`;
}

/** One character replaced, or two neighbours exchanged. */
export function isOneSlip(left: string, right: string): boolean {
  return left !== right && left.length === right.length && editDistance(left, right) === 1;
}

/** Insertions, deletions, replacements and exchanges of neighbours that make one text of the other. */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      const steps = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      ];
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        steps.push((beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(Math.min(...steps));
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
