import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { counter, gauge } from '#platform/telemetry';

export type UnsentLimits = {
  /** Most bytes of answers that clients have not taken yet. */
  readonly bytesAtMost: number;
  /** How long a client may take nothing at all of a large answer; a minute where nothing is said. */
  readonly patienceMs?: number;
  /** How long an answer is safe from being cut off in favour of others; five seconds where nothing is said. */
  readonly graceMs?: number;
};

type Unsent = { readonly bytes: number; readonly sinceMs: number };
type Answers = Map<ServerResponse, Unsent>;

/** What the system keeps for a connection takes smaller answers; all of them together are bounded by their number. */
const largeBytes = 64 * 1024;

const servers = new Set<Answers>();
gauge(
  { name: 'vsis_http_unsent_bytes', about: 'Bytes of large answers that clients have not taken yet.', across: 'sum' },
  () => [...servers].reduce((sum, answers) => sum + waitingIn(answers), 0),
);
const cutOff = counter({
  name: 'vsis_http_cut_off_total',
  about: 'Answers cut off because the client did not take them.',
});
const tooSlow = cutOff.with({ reason: 'room-needed' });
const stalled = cutOff.with({ reason: 'nothing-taken' });

/**
 * Bounds the memory of answers that wait for slow clients. Where a further answer would be too much, those that have
 * waited longest are cut off; where that does not make room, a read is refused with 503 instead of being sent. What a write did is
 * always told. Pieces that are read as they are sent (files, exports) wait in their source and are not counted.
 */
export function boundUnsent(app: FastifyInstance, limits: UnsentLimits): void {
  const { bytesAtMost, patienceMs = 60_000, graceMs = 5_000 } = limits;
  const answers: Answers = new Map();
  app.addHook('onSend', (request, reply, payload, done) => {
    const bytes = sizeOf(payload);
    if (bytes < largeBytes) return done();
    const excess = waitingIn(answers) + bytes - bytesAtMost;
    const isTooMuch = excess > 0 && answers.size > 0 && excess > makeRoom(answers, excess, graceMs);
    if (isTooMuch && isRead(request)) return done(tooMuchUnsent());
    const { raw } = reply;
    answers.set(raw, { bytes, sinceMs: performance.now() });
    raw.once('close', () => answers.delete(raw));
    raw.setTimeout(patienceMs, () => {
      stalled.add();
      raw.destroy();
    });
    done();
  });
  servers.add(answers);
  app.addHook('onClose', async () => void servers.delete(answers));
}

function sizeOf(payload: unknown): number {
  if (Buffer.isBuffer(payload)) return payload.length;
  if (typeof payload !== 'string' || payload.length * 3 < largeBytes) return 0;
  return Buffer.byteLength(payload);
}

const isRead = ({ method, url }: FastifyRequest): boolean =>
  method === 'GET' || method === 'HEAD' || url.includes('/_search');

const tooMuchUnsent = (): AppError =>
  new AppError(
    'unavailable',
    'http.too-much-unsent',
    'Too many large answers wait for clients that take them slowly; try again, or ask for less at a time.',
  );

/** An answer counts as a whole until the system has taken the last of it: as long its memory is held. */
const waitingIn = (answers: Answers): number => [...answers.values()].reduce((sum, { bytes }) => sum + bytes, 0);

/** Cuts off the answers that have waited longest until so many bytes are free; returns how many were freed. */
function makeRoom(answers: Answers, bytes: number, graceMs: number): number {
  const before = performance.now() - graceMs;
  let freed = 0;
  for (const [raw, answer] of answers) {
    if (freed >= bytes || answer.sinceMs > before) break; // the map is in order of time
    freed += answer.bytes;
    answers.delete(raw);
    tooSlow.add();
    raw.destroy();
  }
  return freed;
}
