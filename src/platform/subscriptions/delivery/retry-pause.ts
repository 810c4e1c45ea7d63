/** How long to wait before an endpoint that failed is called again. */
export type RetryPauses = { readonly firstMs: number; readonly mostMs: number };

export const defaultPauses: RetryPauses = { firstMs: 1000, mostMs: 5 * 60_000 };

/** Doubles with each failure up to the bound, and up to a fifth less so that many do not come back at one moment. */
export function retryPauseMs(failures: number, { firstMs, mostMs }: RetryPauses, random = Math.random()): number {
  const full = Math.min(firstMs * 2 ** Math.min(failures - 1, 40), mostMs);
  return full * (1 - random / 5);
}
