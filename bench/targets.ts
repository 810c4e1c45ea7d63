import { chartSize } from './chart-bundle.ts';
import { type FloorName, floorOf, type WorkloadName } from './workload-names.ts';

/** What a workload must reach at 64 clients: a share of its floor, or a multiple of the peer's rate, or both. */
export type Target = { readonly ofFloor?: number; readonly timesPeer?: number };

export const targetClients = 64;

export const targets: Readonly<Record<WorkloadName, Target>> = {
  'read-patient': { ofFloor: 0.5 },
  'search-patient-identifier': { timesPeer: 3 },
  'search-patient-name': { timesPeer: 4 },
  'search-observation': { timesPeer: 4 },
  history: { timesPeer: 5 },
  everything: { timesPeer: 20 },
  'create-observation': { ofFloor: 0.4 },
  'create-patient': { ofFloor: 0.35 },
  'update-patient': { timesPeer: 8 },
  transaction: { timesPeer: 15 },
};

/**
 * Medplum 5.1.3 at 64 clients, requests a second, on the machine and in the hour in which the floors were those below.
 * A peer that is not at hand is scaled by the floors of the present run.
 */
const peer: Readonly<Record<WorkloadName, number>> = {
  'read-patient': 3160,
  'search-patient-identifier': 2030,
  'search-patient-name': 1030,
  'search-observation': 837,
  history: 1010,
  everything: 38,
  'create-observation': 395,
  'create-patient': 375,
  'update-patient': 312,
  transaction: 4.55,
};

const peerFloors: Partial<Record<FloorName, number>> = { 'http-insert': 8400, 'http-select': 20_000 };

/** Resources a request of the workload brings in. */
export const resourcesPerRequest = (name: WorkloadName): number => (name === 'transaction' ? chartSize : 1);

/** Requests a second wanted at 64 clients, given the floor measured in the same run. */
export function wantedRate(name: WorkloadName, floorPerSecond: number): number {
  const { ofFloor = 0, timesPeer = 0 } = targets[name];
  const scale = floorPerSecond / (peerFloors[floorOf[name]] ?? floorPerSecond);
  return Math.max((ofFloor * floorPerSecond) / resourcesPerRequest(name), timesPeer * peer[name] * scale);
}
