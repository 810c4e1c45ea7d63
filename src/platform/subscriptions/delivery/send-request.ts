import { lookup } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { runInContext } from '#platform/log';
import { inSpan, traceHeaders } from '#platform/telemetry';
import { type EndpointRules, mayConnect } from './endpoint-rules.ts';

export type Call = {
  readonly method: 'POST' | 'PUT' | 'OPTIONS';
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
  readonly timeoutMs: number;
};

/** What became of a call: the status of the answer, or why there is none. Neither tells anything of the content. */
export type Outcome = { readonly status: number } | { readonly failure: string };

/** Calls endpoints of subscribers. */
export type Caller = { readonly call: (call: Call) => Promise<Outcome>; readonly close: () => void };

/** An answer is read no further: what a subscriber says beyond the status is of no use here. */
const answerBytesAtMost = 64 * 1024;

export function createCaller(rules: EndpointRules): Caller {
  const guarded = guardedLookup(rules);
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, lookup: guarded }),
    'https:': new HttpsAgent({ keepAlive: true, lookup: guarded }),
  };
  const once = (call: Call): Promise<Outcome & { readonly again?: true }> =>
    new Promise((resolve) => {
      const { method, url, headers, body, timeoutMs } = call;
      const bytes = body === undefined ? undefined : Buffer.from(body);
      const isPlain = url.protocol === 'http:';
      const request: ClientRequest = (isPlain ? requestHttp : requestHttps)(url, {
        method,
        agent: agents[isPlain ? 'http:' : 'https:'],
        headers: [
          ['Host', url.host],
          ...headers,
          ...(method === 'OPTIONS' ? [] : [['Content-Length', String(bytes?.length ?? 0)]]),
        ].flat(),
      });
      const timer = setTimeout(() => request.destroy(new Error('timeout')), timeoutMs);
      const end = (outcome: Outcome & { again?: true }): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      request.once('response', (response) => drain(response, () => end({ status: response.statusCode ?? 0 })));
      request.on('error', (error: NodeJS.ErrnoException) => {
        // a connection that was kept may have been closed by the other side just now
        const isStale = request.reusedSocket && error.code === 'ECONNRESET';
        end({ failure: describe(error, timeoutMs), ...(isStale ? { again: true } : {}) });
      });
      request.end(bytes);
    });
  return {
    call: (call) =>
      inOwnTrace(async () => {
        const traced = withTrace(call);
        const outcome = await once(traced);
        return outcome.again ? once(traced) : outcome;
      }),
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

/** Nobody asked for a delivery: it is no part of the trace of whoever happened to wake the work. */
function inOwnTrace<Result>(work: () => Promise<Result>): Promise<Result> {
  return runInContext({}, () => inSpan('notify subscriber', work));
}

/** The receiver may go on with the trace, where there is one and the subscription has no word of its own about it. */
function withTrace(call: Call): Call {
  const isSaid = call.headers.some(([name]) => name.toLowerCase() === 'traceparent');
  return isSaid ? call : { ...call, headers: [...Object.entries(traceHeaders()), ...call.headers] };
}

function drain(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > answerBytesAtMost) {
      response.destroy();
    }
  });
  response.once('close', done);
}

/** Resolves names as the system does, and leaves out addresses that may not be called (DNS rebinding). */
function guardedLookup(rules: EndpointRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error ? [] : addresses.filter(({ address }) => mayConnect(rules, address));
      const [first] = allowed;
      if (!first) {
        callback(error ?? Object.assign(new Error('refused'), { code: 'ADDRESS_REFUSED' }), []);
      } else if (options.all) {
        callback(null, allowed);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

const known: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The endpoint refuses connections.',
  ECONNRESET: 'The endpoint closed the connection.',
  ENOTFOUND: 'The name of the endpoint is not known.',
  EAI_AGAIN: 'The name of the endpoint could not be looked up.',
  EHOSTUNREACH: 'The endpoint cannot be reached.',
  ENETUNREACH: 'The endpoint cannot be reached.',
  ETIMEDOUT: 'The endpoint cannot be reached.',
  ADDRESS_REFUSED: 'The name of the endpoint leads to an address that may not be called.',
};

function describe(error: NodeJS.ErrnoException, timeoutMs: number): string {
  if (error.message === 'timeout') {
    return `The endpoint did not answer within ${timeoutMs / 1000} seconds.`;
  }
  const code = error.code ?? '';
  return (
    known[code] ??
    (/CERT|SSL|TLS/.test(code)
      ? 'The certificate of the endpoint is not valid.'
      : 'The connection to the endpoint failed.')
  );
}
