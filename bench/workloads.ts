import { type AnswerCheck, countEntries, hasEntries, isResource } from './answer-checks.ts';
import { chartBundle, chartShape, chartSize } from './chart-bundle.ts';
import { expectStatus, type FhirServer, setupClient } from './fhir-client.ts';
import { HttpConnection, type WireRequest } from './http-connection.ts';
import type { VirtualUser } from './measure-load.ts';
import {
  familyName,
  identifierSystem,
  identifierValue,
  measurements,
  observationPayload,
  observationsPerCode,
  patientPayload,
  peoplePerFamily,
} from './payloads.ts';
import { type Population, versionsOfRevised } from './population.ts';
import type { WorkloadName } from './workload-names.ts';

/** How a server gives everything about a patient: by the operation, or only by one search per type. */
export type EverythingBy = '$everything' | 'searches';

export type WorkloadContext = {
  readonly server: FhirServer;
  readonly population: Population;
  readonly everythingBy: EverythingBy;
  /** Counts the cells of this bench, so that each update brings something new. */
  readonly cellNumber: number;
  readonly clients: number;
};

/** What one turn of a user sends; several requests go out at the same time. */
type Turn = { readonly requests: readonly WireRequest[]; readonly check: AnswerCheck };

type Script = {
  readonly statuses: readonly number[];
  readonly turnOf: (user: number, turn: number) => Turn;
};

/** Renders the requests of a workload before its window opens and gives the users that send them. */
export function openWorkload(name: WorkloadName, context: WorkloadContext): (user: number) => VirtualUser {
  const script = scripts[name](context);
  return (user) => httpUser(context.server, script, user);
}

function httpUser({ base }: FhirServer, { statuses, turnOf }: Script, user: number): VirtualUser {
  const connections: HttpConnection[] = [];
  const send = async (request: WireRequest, at: number, check: AnswerCheck | undefined): Promise<number> => {
    const connection = (connections[at] ??= new HttpConnection(base));
    const answer = await connection.send(request, check !== undefined);
    expectStatus(answer, statuses);
    check?.(JSON.parse(answer.body ?? 'null'));
    return answer.bytes;
  };
  return {
    act: async (turn) => {
      const { requests, check } = turnOf(user, turn);
      const wanted = turn === 0 ? check : undefined; // each user's first answer is looked into, the others are counted
      const [only] = requests;
      if (only && requests.length === 1) return send(only, 0, wanted);
      const sizes = await Promise.all(requests.map((request, at) => send(request, at, undefined)));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** Users go through the same turns, each from a place of its own. */
function inTurn(turns: readonly Turn[], statuses: readonly number[]): Script {
  if (turns.length === 0) throw new Error('The population is too small for this workload; see --preload.');
  return {
    statuses,
    turnOf: (user, turn) => {
      const chosen = turns[(user * 7919 + turn) % turns.length];
      if (!chosen) throw new RangeError('There is no such turn.');
      return chosen;
    },
  };
}

const reading = [200];
const creating = [201];
const updating = [200];
/** Bodies rendered before the window; they are sent again when it outlasts them. */
const renderedCreates = 1500;
const renderedTransactions = 24;

const scripts: Readonly<Record<WorkloadName, (context: WorkloadContext) => Script>> = {
  'read-patient': ({ server, population }) =>
    inTurn(
      [...population.plain, ...population.charted].map(({ id }) =>
        get(server, `/Patient/${id}`, isResource('Patient', id)),
      ),
      reading,
    ),
  'search-patient-identifier': ({ server, population: { plain, tag } }) =>
    inTurn(
      plain.map(({ number }) => {
        const identifier = encodeURIComponent(`${identifierSystem}|${identifierValue(tag, number)}`);
        return get(server, `/Patient?identifier=${identifier}`, hasEntries(1));
      }),
      reading,
    ),
  'search-patient-name': ({ server, population: { plain, tag } }) =>
    inTurn(
      plain.map(({ number }) => {
        const name = encodeURIComponent(familyName(tag, number));
        return get(server, `/Patient?name=${name}&_count=20`, hasEntries(peoplePerFamily));
      }),
      reading,
    ),
  'search-observation': ({ server, population: { charted } }) =>
    inTurn(
      charted.flatMap(({ id }) =>
        measurements.map(({ code }) => {
          const token = encodeURIComponent(`http://loinc.org|${code}`);
          return get(
            server,
            `/Observation?subject=Patient/${id}&code=${token}&_count=20`,
            hasEntries(observationsPerCode),
          );
        }),
      ),
      reading,
    ),
  history: ({ server, population: { revised } }) =>
    inTurn(
      revised.map(({ id }) => get(server, `/Patient/${id}/_history?_count=20`, hasEntries(versionsOfRevised))),
      reading,
    ),
  everything: ({ server, population: { charted }, everythingBy }) =>
    inTurn(
      charted.map(({ id }) =>
        everythingBy === '$everything'
          ? get(server, everythingPath(id), (body) => atLeastEntries(body, chartSize))
          : { requests: compartmentPaths(id).map((path) => server.request('GET', path)), check: () => undefined },
      ),
      reading,
    ),
  'create-observation': createObservations,
  'create-patient': ({ server, population: { tag }, cellNumber }) =>
    inTurn(
      Array.from({ length: renderedCreates }, (_, at) => {
        const plan = { tag: `${tag}n`, number: cellNumber * renderedCreates + at };
        return send(server, 'POST', '/Patient', patientPayload(plan), isResource('Patient'));
      }),
      creating,
    ),
  'update-patient': updatePatients,
  transaction: ({ server, population: { tag, performers }, cellNumber }) =>
    inTurn(
      Array.from({ length: renderedTransactions }, (_, at) => {
        const plan = { tag: `${tag}t`, number: cellNumber * renderedTransactions + at };
        return send(server, 'POST', '', chartBundle(plan, performers), hasEntries(chartSize));
      }),
      reading,
    ),
};

function get(server: FhirServer, path: string, check: AnswerCheck): Turn {
  return { requests: [server.request('GET', path)], check };
}

function send(server: FhirServer, method: string, path: string, payload: object, check: AnswerCheck): Turn {
  return { requests: [server.request(method, path, JSON.stringify(payload))], check };
}

function createObservations({ server, population: { writable, performers }, cellNumber }: WorkloadContext): Script {
  const turns = Array.from({ length: renderedCreates }, (_, at) => {
    const person = writable[at % writable.length];
    const measurement = measurements[at % measurements.length];
    if (!person || !measurement) throw new Error('The population is too small for this workload; see --preload.');
    const number = cellNumber * renderedCreates + at;
    const payload = observationPayload({ number, subject: `Patient/${person.id}`, performers, measurement });
    return send(server, 'POST', '/Observation', payload, isResource('Observation'));
  });
  return inTurn(turns, creating);
}

/** Each user has people of its own, so that no update waits for another or loses against it. */
function updatePatients({ server, population: { writable, tag }, cellNumber, clients }: WorkloadContext): Script {
  const share = Math.floor(writable.length / clients);
  if (share === 0) throw new Error('The population is too small for so many clients; see --preload.');
  const turns = [0, 1].map((pass) =>
    writable.map(({ id, number }) => {
      const payload = patientPayload({ tag, number, id, revision: 100 + cellNumber * 2 + pass });
      return send(server, 'PUT', `/Patient/${id}`, payload, isResource('Patient', id));
    }),
  );
  return {
    statuses: updating,
    turnOf: (user, turn) => {
      const chosen = turns[Math.floor(turn / share) % 2]?.[user * share + (turn % share)];
      if (!chosen) throw new RangeError('There is no such turn.');
      return chosen;
    },
  };
}

const everythingPath = (id: string): string => `/Patient/${id}/$everything?_count=1000`;

function atLeastEntries(body: unknown, wanted: number): void {
  const found = countEntries(body);
  if (found < wanted) throw new Error(`The answer has ${found} entries instead of at least ${wanted}.`);
}

/** What together gives the same as the operation: the patient, and one search for each type of the chart. */
function compartmentPaths(id: string): string[] {
  const searches = Object.keys(chartShape).filter((type) => type !== 'Patient');
  return [`/Patient/${id}`, ...searches.map((type) => `/${type}?patient=${id}&_count=200`)];
}

/** Asks once for everything about a person and sees whether the whole chart comes. */
export async function findEverythingBy(server: FhirServer, population: Population): Promise<EverythingBy> {
  const client = setupClient(server);
  try {
    const { status, body } = await client.read(everythingPath(population.charted[0]?.id ?? ''));
    return status === 200 && countEntries(body) >= chartSize ? '$everything' : 'searches';
  } catch {
    return 'searches'; // what answers such a request with anything but a Bundle does not have the operation
  } finally {
    client.close();
  }
}
