import type { Cell } from './cell.ts';
import { serveParent } from './child-process.ts';
import { type FhirServer, fhirServer, setupClient } from './fhir-client.ts';
import { type FloorAddresses, openFloor } from './floors.ts';
import { type LoadPlan, measureLoad } from './measure-load.ts';
import { loadPopulation, type Population } from './population.ts';
import type { FloorName, WorkloadName } from './workload-names.ts';
import { type EverythingBy, findEverythingBy, openWorkload } from './workloads.ts';

/** What the driver's process is asked to do. */
export type DriverRequest =
  | {
      readonly kind: 'prepare';
      readonly base: string;
      readonly token: string | undefined;
      readonly charts: number;
      readonly tag: string;
    }
  | { readonly kind: 'workload'; readonly name: WorkloadName; readonly plan: LoadPlan }
  | { readonly kind: 'floor'; readonly name: FloorName; readonly addresses: FloorAddresses; readonly plan: LoadPlan };

export type Prepared = { readonly software: string; readonly everythingBy: EverythingBy; readonly resources: number };
export type DriverReply = { readonly prepared: Prepared } | { readonly cell: Cell };

type Target = { readonly server: FhirServer; readonly population: Population; readonly everythingBy: EverythingBy };

let target: Target | undefined;
let cellNumber = 0;

async function answer(request: DriverRequest, onProgress: (done: number, total: number) => void): Promise<DriverReply> {
  switch (request.kind) {
    case 'prepare':
      return { prepared: await prepare(request, onProgress) };
    case 'workload':
      return { cell: await runWorkload(request.name, request.plan) };
    case 'floor':
      return { cell: await runFloor(request.name, request.addresses, request.plan) };
  }
}

async function prepare(
  { base, token, charts, tag }: DriverRequest & { kind: 'prepare' },
  onProgress: (done: number, total: number) => void,
): Promise<Prepared> {
  const server = fhirServer(new URL(base), token);
  const software = await readSoftware(server);
  let resources = 0;
  const population = await loadPopulation(server, { charts, tag }, (done, total) => {
    resources = done;
    onProgress(done, total);
  });
  const everythingBy = await findEverythingBy(server, population);
  target = { server, population, everythingBy };
  return { software, everythingBy, resources };
}

/** Name and version from the CapabilityStatement. */
async function readSoftware(server: FhirServer): Promise<string> {
  const client = setupClient(server);
  try {
    const { body } = await client.read('/metadata');
    const { software } = (body ?? {}) as { software?: { name?: unknown; version?: unknown } }; // as: printed, not relied on
    return [software?.name, software?.version].filter((each) => typeof each === 'string').join(' ') || 'unknown';
  } finally {
    client.close();
  }
}

async function runWorkload(name: WorkloadName, plan: LoadPlan): Promise<Cell> {
  if (!target) throw new Error('Nothing has been prepared.');
  cellNumber += 1;
  return measureLoad(plan, openWorkload(name, { ...target, cellNumber, clients: plan.clients }));
}

async function runFloor(name: FloorName, addresses: FloorAddresses, plan: LoadPlan): Promise<Cell> {
  const floor = openFloor(name, addresses, plan.clients);
  try {
    return await measureLoad(plan, floor.openUser);
  } finally {
    await floor.close();
  }
}

serveParent<DriverRequest, DriverReply>(answer, async () => undefined);
