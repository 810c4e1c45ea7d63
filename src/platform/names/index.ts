export { foldedWords, foldName } from './fold-name.ts';
export {
  type FinFault,
  type FinReading,
  fatherNameUrl,
  foldFin,
  identifierSystems,
  isFin,
  readFin,
} from './identifiers.ts';
export { rankNameMatch } from './rank-name-match.ts';
export { soundKey, soundKeys } from './sound-key.ts';
