/** A seeded source of chance: the same seed text gives the same draws on every machine. */
export type Random = {
  /** At least 0, below 1. */
  readonly next: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly int: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** One item, each as likely as its weight says. */
  readonly weighted: <Item>(items: readonly Item[], weightOf: (item: Item) => number) => Item;
  /** A draw from the normal distribution, cut at three deviations. */
  readonly normal: (mean: number, deviation: number) => number;
};

const range32 = 4_294_967_296;

/** Spreads a seed text over four 32-bit words (FNV-1a with a different start for each, then mixed). */
function seedWords(text: string): readonly [number, number, number, number] {
  return [word(text, 0x811c9dc5), word(text, 0x9e3779b9), word(text, 0x85ebca6b), word(text, 0xc2b2ae35)];
}

function word(text: string, start: number): number {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Small Fast Counter, 32 bits (sfc32 of PractRand): fast, and its streams from different seeds do not meet in practice. */
function sfc32(seed: readonly [number, number, number, number]): () => number {
  let [a, b, c, counter] = seed;
  const step = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / range32;
  };
  for (let round = 0; round < 12; round += 1) step();
  return step;
}

export function createRandom(seed: string): Random {
  const next = sfc32(seedWords(seed));
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => at(items, int(0, items.length - 1)),
    weighted: (items, weightOf) => pickWeighted(items, weightOf, next()),
    normal: (mean, deviation) => mean + deviation * standardNormal(next),
  };
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError('Nothing to pick from');
  return item;
}

function pickWeighted<Item>(items: readonly Item[], weightOf: (item: Item) => number, draw: number): Item {
  let total = 0;
  for (const item of items) total += weightOf(item);
  let rest = draw * total;
  for (const item of items) {
    rest -= weightOf(item);
    if (rest < 0) return item;
  }
  return at(items, items.length - 1);
}

// Box and Muller's transform.
function standardNormal(next: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - next()));
  return Math.max(-3, Math.min(3, radius * Math.cos(2 * Math.PI * next())));
}
