/** One source of a timeline, newest first, of which only the beginning may be loaded. */
export type Lane<T> = { readonly items: readonly T[]; readonly complete: boolean };

export type TimelineWindow<T> = {
  /** Items of all lanes in order, down to where every lane is known. */
  readonly items: readonly T[];
  /** Lanes to read on before older items can be shown; empty when all is shown. */
  readonly lagging: readonly number[];
};

/**
 * Merges lanes of which each is loaded to another depth. An item is shown only if no lane that is still unread could
 * hold a newer one, so that reading on adds below what is seen and never in between.
 */
export function timelineWindow<T>(lanes: readonly Lane<T>[], timeOf: (item: T) => number): TimelineWindow<T> {
  const depths = lanes.map((lane) => depthOf(lane, timeOf));
  const horizon = Math.max(Number.NEGATIVE_INFINITY, ...depths);
  const items = lanes
    .flatMap((lane) => lane.items)
    .filter((item) => timeOf(item) >= horizon)
    .toSorted((a, b) => timeOf(b) - timeOf(a));
  const lagging = depths.flatMap((depth, index) =>
    depth === horizon && lanes[index]?.complete === false ? [index] : [],
  );
  return { items, lagging };
}

/** The time down to which a lane is known. */
function depthOf<T>(lane: Lane<T>, timeOf: (item: T) => number): number {
  const oldest = lane.items.at(-1);
  if (lane.complete) return Number.NEGATIVE_INFINITY;
  return oldest === undefined ? Number.POSITIVE_INFINITY : timeOf(oldest);
}
