import type { Metric } from '#platform/telemetry';

/** What the first process says to one that serves. */
export type ToWorker<Welcome> =
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'metrics'; readonly question: number }
  | { readonly kind: 'stop'; readonly cause: string };

/** What a process that serves says to the first one. */
export type FromWorker =
  | { readonly kind: 'hello' }
  | { readonly kind: 'serving'; readonly address: string }
  | { readonly kind: 'metrics'; readonly question: number; readonly metrics: readonly Metric[] }
  | { readonly kind: 'failed'; readonly code: string; readonly exitCode: number; readonly text: string };
