import { chartBundle, chartSize, creationBundle } from './chart-bundle.ts';
import { type FhirServer, type SetupClient, setupClient } from './fhir-client.ts';
import { organizationPayload, type Performers, patientPayload, practitionerPayload } from './payloads.ts';

export type Person = { readonly id: string; readonly number: number };

/** Who is in the server before anything is measured. Workloads that read and those that write keep apart. */
export type Population = {
  readonly tag: string;
  readonly performers: Performers;
  /** With a chart of 100 resources; only read. */
  readonly charted: readonly Person[];
  /** Without a chart; only read. */
  readonly plain: readonly Person[];
  /** Eight versions each; only read. */
  readonly revised: readonly Person[];
  /** Updated, and the subjects of new observations. */
  readonly writable: readonly Person[];
};

export const versionsOfRevised = 8;
const peoplePerBundle = 50;
const loaders = 4;

export type LoadProgress = (done: number, total: number) => void;

/** Stores the population through the server's own API. `charts` sets its size: 100 resources and 10 more people each. */
export async function loadPopulation(
  server: FhirServer,
  { charts, tag }: { charts: number; tag: string },
  onProgress: LoadProgress,
): Promise<Population> {
  const clients = Array.from({ length: loaders }, () => setupClient(server));
  try {
    const performers = await createPerformers(clients);
    const plainCount = Math.max(charts * 10, 200);
    const total = charts * chartSize + plainCount;
    let done = 0;
    const count = (resources: number): void => {
      done += resources;
      onProgress(done, total);
    };
    const charted = await spread(clients, charts, async (client, number) => {
      const answer = await client.write('POST', '', chartBundle({ tag, number }, performers));
      count(chartSize);
      return toPeople(answer, [number]);
    });
    const bundles = Math.ceil(plainCount / peoplePerBundle);
    const people = await spread(clients, bundles, async (client, bundle) => {
      const numbers = Array.from({ length: peoplePerBundle }, (_, at) => charts + bundle * peoplePerBundle + at);
      const answer = await client.write(
        'POST',
        '',
        creationBundle(
          numbers.map((number) => patientPayload({ tag, number })),
          bundle,
        ),
      );
      count(peoplePerBundle);
      return toPeople(answer, numbers);
    });
    const revisedCount = Math.min(64, Math.ceil(people.length / 10));
    const revised = people.slice(0, revisedCount);
    await spread(clients, revised.length, (client, at) => revise(client, tag, revised[at]));
    const half = Math.ceil((people.length + revisedCount) / 2);
    return { tag, performers, charted, plain: people.slice(revisedCount, half), revised, writable: people.slice(half) };
  } finally {
    for (const client of clients) client.close();
  }
}

async function createPerformers([client]: readonly SetupClient[]): Promise<Performers> {
  const practitioner = idOf(await client?.write('POST', '/Practitioner', practitionerPayload));
  const organization = idOf(await client?.write('POST', '/Organization', organizationPayload));
  return { practitioner: `Practitioner/${practitioner}`, organization: `Organization/${organization}` };
}

/** Runs `count` jobs, each client one at a time, and joins their results in the order of the jobs. */
async function spread<T>(
  clients: readonly SetupClient[],
  count: number,
  job: (client: SetupClient, at: number) => Promise<readonly T[]>,
): Promise<T[]> {
  const results: (readonly T[])[] = [];
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (let at = next++; at < count; at = next++) {
        results[at] = await job(client, at);
      }
    }),
  );
  return results.flat();
}

async function revise(client: SetupClient, tag: string, person: Person | undefined): Promise<[]> {
  for (let revision = 1; person && revision < versionsOfRevised; revision += 1) {
    const { id, number } = person;
    await client.write('PUT', `/Patient/${id}`, patientPayload({ tag, number, id, revision }));
  }
  return [];
}

function idOf(resource: unknown): string {
  const id = resource !== null && typeof resource === 'object' && 'id' in resource ? resource.id : undefined;
  if (typeof id !== 'string') throw new Error('The server did not answer a create with the resource and its id.');
  return id;
}

function toPeople(answer: unknown, numbers: readonly number[]): Person[] {
  const ids = patientIds(answer);
  if (ids.length !== numbers.length) {
    throw new Error(`The answer to a transaction locates ${ids.length} patients instead of ${numbers.length}.`);
  }
  return ids.map((id, at) => ({ id, number: numbers[at] ?? 0 }));
}

/** Ids of the patients a transaction created, in order, from the locations in its answer. */
export function patientIds(answer: unknown): string[] {
  const entries = answer !== null && typeof answer === 'object' && 'entry' in answer ? answer.entry : undefined;
  if (!Array.isArray(entries)) throw new Error('The answer to a transaction has no entries.');
  return entries.flatMap((entry: { response?: { location?: unknown } }) => {
    const location = entry.response?.location;
    const id = typeof location === 'string' ? /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})/.exec(location)?.[1] : undefined;
    return id ?? [];
  });
}
