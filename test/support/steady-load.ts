import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export type Sent = {
  /** The status, or the code of the error that came in its place. */
  readonly outcome: number | string;
  /** Whether the answer was there to its last byte. */
  readonly isWhole: boolean;
  readonly durationMs: number;
  /** When the client is told to come again. */
  readonly retryAfter: string | undefined;
};

export type SteadyLoad = {
  readonly sent: readonly Sent[];
  /** No client begins another request; settles when all have theirs. */
  readonly stop: () => Promise<void>;
};

export type LoadOptions = {
  readonly clients: number;
  /** Path, method and body of the n-th request. */
  readonly next: (number: number) => { readonly path: string; readonly method?: string; readonly body?: string };
  /** Asked before each request: clients of a load balancer go elsewhere when it is not. */
  readonly isOpen?: () => boolean;
};

/**
 * Sends requests over keep-alive connections, each client one after the other, and notes what became of each. A client
 * whose connection is refused has nobody to talk to and tries again until the load is stopped.
 */
export function startLoad(origin: string, { clients, next, isOpen = () => true }: LoadOptions): SteadyLoad {
  const sent: Sent[] = [];
  let isStopped = false;
  let number = 0;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isStopped) {
      if (!isOpen()) {
        await delay(10);
        continue;
      }
      number += 1;
      const one = await send(agent, origin, next(number));
      if (one.outcome === 'ECONNREFUSED') await delay(10);
      else sent.push(one);
    }
    agent.destroy();
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    sent,
    stop: async () => {
      isStopped = true;
      await running;
    },
  };
}

function send(agent: Agent, origin: string, { path, method = 'GET', body }: ReturnType<LoadOptions['next']>) {
  const startedMs = performance.now();
  return new Promise<Sent>((resolve) => {
    const settle = (outcome: number | string, isWhole: boolean, retryAfter?: string): void =>
      resolve({ outcome, isWhole, durationMs: performance.now() - startedMs, retryAfter });
    const headers = { 'Content-Type': 'application/fhir+json' };
    const outgoing = request(`${origin}${path}`, { agent, method, headers, timeout: 30_000 }, (response) => {
      response.resume();
      response.once('close', () =>
        settle(response.statusCode ?? 0, response.complete, response.headers['retry-after']),
      );
    });
    outgoing.once('timeout', () => outgoing.destroy(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' })));
    outgoing.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message, false));
    outgoing.end(body);
  });
}
