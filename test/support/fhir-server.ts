import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { createServer } from '#platform/http';
import { type FhirContext, type Operation, registerFhir } from '#platform/rest';
import { type AddedParametersOptions, openAddedParameters, type Store } from '#platform/store';
import { createTestDatabase, type TestDatabase } from './database.ts';

export type Headers = Readonly<Record<string, string>>;
export type Answer = {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly text: string;
  /** The answer as JSON; an empty object when there is none. */
  readonly body: JsonObject;
};

/** The FHIR API over a database of its own, on a real port, and a client for it. Bodies may be text or values. */
export type FhirServer = {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly app: FastifyInstance;
  /** Ends in `/fhir`. */
  readonly baseUrl: string;
  readonly send: (method: string, path: string, options?: { headers?: Headers; body?: unknown }) => Promise<Answer>;
  readonly get: (path: string, headers?: Headers) => Promise<Answer>;
  readonly post: (path: string, body: unknown, headers?: Headers) => Promise<Answer>;
  readonly put: (path: string, body: unknown, headers?: Headers) => Promise<Answer>;
  readonly patch: (path: string, body: unknown, headers?: Headers) => Promise<Answer>;
  readonly delete: (path: string, headers?: Headers) => Promise<Answer>;
  /** Creates a resource that must be taken, and gives it as stored. */
  readonly create: (resource: JsonObject) => Promise<JsonObject & { readonly id: string }>;
  readonly close: () => Promise<void>;
};

export type FhirServerOptions = {
  readonly now?: () => Date;
  readonly baseUrl?: string;
  readonly added?: Added;
  /** How long a request may take to arrive. */
  readonly arrivalMs?: number;
  /** A database that is there already; the caller drops it. */
  readonly database?: TestDatabase;
  /** Beside those of the record. */
  readonly operations?: readonly Operation[];
  /** Another part of the program on the same server: what it mounts, and the operations it offers. */
  readonly part?: (context: { store: Store; actorOf: FhirContext['actorOf'] }) => {
    readonly mount: (app: FastifyInstance) => void;
    readonly operations: readonly Operation[];
    readonly instantiates?: readonly string[];
  };
  /** Who stands behind a request; everybody is `tester` where nothing is said. */
  readonly actorOf?: FhirContext['actorOf'];
};

/** Search parameters can be added, and are noticed as fast as this says. */
type Added = Pick<AddedParametersOptions, 'refreshMs' | 'distributed'>;

export async function startFhirServer(options: FhirServerOptions = {}): Promise<FhirServer> {
  const database = options.database ?? (await createTestDatabase());
  const parameters = options.added && (await openAddedParameters({ sql: database.sql, ...options.added }));
  const store: Store = {
    ...(parameters ? { parameters } : {}),
    sql: database.sql,
    now: options.now ?? (() => new Date()),
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
  };
  const { arrivalMs } = options;
  const app = createServer({ logger: pino({ level: 'silent' }), ...(arrivalMs === undefined ? {} : { arrivalMs }) });
  const actorOf = options.actorOf ?? (async ({ id }) => ({ name: 'tester', requestId: id }));
  const part = options.part?.({ store, actorOf });
  part?.mount(app);
  const operations = [...(options.operations ?? []), ...(part?.operations ?? [])];
  await registerFhir(app, {
    store,
    actorOf,
    version: '0.0.0-test',
    operations,
    instantiates: part?.instantiates ?? [],
  });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const baseUrl = `${origin}/fhir`;
  const client = createClient(baseUrl);
  return {
    ...client,
    database,
    store,
    app,
    baseUrl,
    close: async () => {
      await app.close();
      await parameters?.[Symbol.asyncDispose]();
      await (options.database ? undefined : database.drop());
    },
  };
}

type Client = Omit<FhirServer, 'database' | 'store' | 'app' | 'baseUrl' | 'close'>;

/** A client for any FHIR address. */
export function createClient(baseUrl: string): Client {
  const send: FhirServer['send'] = async (method, path, { headers = {}, body } = {}) => {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(path.startsWith('http') ? path : `${baseUrl}/${path}`, {
      method,
      headers: { ...(body === undefined || isForm ? {} : { 'Content-Type': 'application/fhir+json' }), ...headers },
      ...(body === undefined ? {} : { body: toBody(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: toJson(text) };
  };
  return {
    send,
    get: (path, headers = {}) => send('GET', path, { headers }),
    post: (path, body, headers = {}) => send('POST', path, { headers, body }),
    put: (path, body, headers = {}) => send('PUT', path, { headers, body }),
    patch: (path, body, headers = {}) => send('PATCH', path, { headers, body }),
    delete: (path, headers = {}) => send('DELETE', path, { headers }),
    create: async (resource) => {
      const answer = await send('POST', String(resource['resourceType']), { body: resource });
      const { id } = answer.body;
      if (answer.status !== 201 || typeof id !== 'string') {
        throw new Error(`not created: ${answer.status} ${answer.text}`);
      }
      return { ...answer.body, id };
    },
  };
}

function toBody(body: unknown): BodyInit {
  if (typeof body === 'string' || body instanceof URLSearchParams || body instanceof Uint8Array) {
    return body as BodyInit; // as: the library's type leaves out arrays over shared memory, which tests do not send
  }
  return JSON.stringify(body);
}

function toJson(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The entries of a Bundle. */
export function entriesOf(bundle: JsonObject): JsonObject[] {
  return Array.isArray(bundle['entry']) ? bundle['entry'].filter(isJsonObject) : [];
}

/** Logical ids of the matches of a searchset, in order. */
export function matchIds(bundle: JsonObject): string[] {
  return entriesOf(bundle)
    .filter(({ search }) => isJsonObject(search) && search['mode'] === 'match')
    .flatMap(({ resource }) => (isJsonObject(resource) && typeof resource['id'] === 'string' ? [resource['id']] : []));
}

/** Address of another page of a Bundle. */
export function linkOf(bundle: JsonObject, relation: string): string | undefined {
  const links = Array.isArray(bundle['link']) ? bundle['link'].filter(isJsonObject) : [];
  const url = links.find((each) => each['relation'] === relation)?.['url'];
  return typeof url === 'string' ? url : undefined;
}

/** Element paths that an OperationOutcome names. */
export function placesOf(outcome: JsonObject): string[] {
  const issues = Array.isArray(outcome['issue']) ? outcome['issue'].filter(isJsonObject) : [];
  return issues.flatMap(({ expression }) => (Array.isArray(expression) ? expression.map(String) : []));
}
