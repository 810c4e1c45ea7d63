export { parseExact, writtenNumber } from './written-number.ts';
