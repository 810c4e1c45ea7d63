import { type Answer, HttpConnection, type WireRequest, wireRequest } from './http-connection.ts';
import type { Payload } from './payloads.ts';

/** Where the workloads go and how a request is rendered. */
export type FhirServer = {
  readonly base: URL;
  readonly request: (method: string, path: string, body?: string) => WireRequest;
};

export function fhirServer(base: URL, token: string | undefined): FhirServer {
  const common = {
    Accept: 'application/fhir+json',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  const writing = { ...common, 'Content-Type': 'application/fhir+json' };
  const prefix = base.href.replace(/\/+$/, '');
  return {
    base,
    request: (method, path, body) =>
      wireRequest(new URL(`${prefix}${path}`), method, body === undefined ? common : writing, body),
  };
}

/** Refuses an answer with another status; the text names what was asked without its parameters. */
export function expectStatus(answer: Answer, expected: readonly number[]): Answer {
  if (expected.includes(answer.status)) return answer;
  throw new Error(`Status ${answer.status} instead of ${expected.join(' or ')}: ${(answer.body ?? '').slice(0, 200)}`);
}

/** A connection for what comes before the measurement: bodies are kept, failures are exceptions. */
export type SetupClient = {
  readonly read: (path: string) => Promise<{ status: number; body: unknown }>;
  readonly write: (method: string, path: string, payload: Payload) => Promise<unknown>;
  readonly close: () => void;
};

export function setupClient(server: FhirServer): SetupClient {
  const connection = new HttpConnection(server.base);
  return {
    read: async (path) => {
      const { status, body } = await connection.send(server.request('GET', path), true);
      return { status, body: status === 200 ? JSON.parse(body ?? 'null') : undefined };
    },
    write: async (method, path, payload) => {
      const answer = await connection.send(server.request(method, path, JSON.stringify(payload)), true);
      expectStatus(answer, [200, 201]);
      return JSON.parse(answer.body ?? 'null');
    },
    close: () => connection.close(),
  };
}
