import { foldedWords } from './fold-name.ts';
import { soundKey } from './sound-key.ts';

type Word = { readonly folded: string; readonly sound: string };

const weights = { same: 1, start: 0.8, sound: 0.6, soundStart: 0.4 } as const;

/**
 * How well a typed name fits a stored one, from 0 (some typed word fits nothing) to 1 (each typed word is a word of
 * the name). Order of words is free, each stored word serves one typed word, and a typed word may be a beginning.
 */
export function rankNameMatch(typed: string, stored: string): number {
  const wanted = foldedWords(typed).map(toWord);
  const free = foldedWords(stored).map(toWord);
  if (wanted.length === 0) return 0;
  let total = 0;
  for (const word of wanted.toSorted((a, b) => b.folded.length - a.folded.length)) {
    const best = findBest(word, free);
    if (best === undefined) return 0;
    free.splice(best.index, 1);
    total += best.weight;
  }
  return total / wanted.length;
}

const toWord = (folded: string): Word => ({ folded, sound: soundKey(folded) });

function findBest(word: Word, free: readonly Word[]): { index: number; weight: number } | undefined {
  let best: { index: number; weight: number } | undefined;
  for (const [index, candidate] of free.entries()) {
    const weight = weigh(word, candidate);
    if (weight > (best?.weight ?? 0)) best = { index, weight };
  }
  return best;
}

function weigh(word: Word, candidate: Word): number {
  if (candidate.folded === word.folded) return weights.same;
  if (candidate.folded.startsWith(word.folded)) return weights.start;
  if (candidate.sound === word.sound) return weights.sound;
  if (word.sound.length >= 3 && candidate.sound.startsWith(word.sound)) return weights.soundStart;
  return 0;
}
