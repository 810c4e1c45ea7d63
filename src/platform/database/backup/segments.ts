/** Segments of the write-ahead log in one "file" number of their names: 4 GB in segments of 16 MB, as initdb makes them. */
const segmentsInFile = 256;

function numberOf(segment: string): number {
  return Number.parseInt(segment.slice(8, 16), 16) * segmentsInFile + Number.parseInt(segment.slice(16), 16);
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');

/** Names of all segments of a timeline from the first to the last, both included. */
export function segmentsBetween(first: string, last: string): string[] {
  const timeline = first.slice(0, 8);
  if (!/^[0-9A-F]{24}$/.test(first) || !/^[0-9A-F]{24}$/.test(last) || timeline !== last.slice(0, 8))
    throw new Error(`There is no log of changes from ${first} to ${last}.`);
  const from = numberOf(first);
  return Array.from({ length: numberOf(last) - from + 1 }, (_, at) => {
    const number = from + at;
    return `${timeline}${hex(Math.floor(number / segmentsInFile))}${hex(number % segmentsInFile)}`;
  });
}
