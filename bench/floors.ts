import { type Database, openDatabase } from '#platform/database';
import { expectStatus } from './fhir-client.ts';
import { floorBody, floorConnections, insertRow, selectContent, storedId, storedRows } from './floor-table.ts';
import { HttpConnection, type WireRequest, wireRequest } from './http-connection.ts';
import type { VirtualUser } from './measure-load.ts';
import type { FloorName } from './workload-names.ts';

export type FloorAddresses = { readonly base: string; readonly databaseUrl: string };

const renderedBodies = 1000;

/** Opens a floor: its users, and what is to be closed after them. */
export function openFloor(
  name: FloorName,
  { base, databaseUrl }: FloorAddresses,
  clients: number,
): { openUser: (user: number) => VirtualUser; close: () => Promise<void> } {
  if (name === 'sql-insert' || name === 'sql-select') {
    const database = openDatabase(databaseUrl, { max: Math.min(clients, floorConnections) });
    return { openUser: (user) => sqlUser(name, database, user), close: database.close };
  }
  const requests = renderFloor(name, new URL(base));
  const expected = name === 'http-insert' ? [201] : [200];
  return { openUser: (user) => httpUser(new URL(base), requests, expected, user), close: async () => undefined };
}

function renderFloor(name: Exclude<FloorName, `sql-${string}`>, base: URL): WireRequest[] {
  const render = (method: string, path: string, body?: string): WireRequest =>
    wireRequest(new URL(path, base), method, body === undefined ? {} : { 'Content-Type': 'application/json' }, body);
  switch (name) {
    case 'http-get':
      return [render('GET', '/constant')];
    case 'http-select':
      return Array.from({ length: storedRows }, (_, at) => render('GET', `/row/${storedId(at)}`));
    case 'http-echo':
    case 'http-insert': {
      const path = name === 'http-echo' ? '/echo' : '/row';
      return Array.from({ length: renderedBodies }, (_, at) => render('POST', path, floorBody(at)));
    }
  }
}

function httpUser(base: URL, requests: readonly WireRequest[], expected: readonly number[], user: number): VirtualUser {
  const connection = new HttpConnection(base);
  return {
    act: async (turn) => {
      const request = requests[(user * 7919 + turn) % requests.length];
      if (!request) throw new RangeError('There is no such request.');
      return expectStatus(await connection.send(request), expected).bytes;
    },
    close: () => connection.close(),
  };
}

const bodies = Array.from({ length: renderedBodies }, (_, at) => floorBody(at));

function sqlUser(name: 'sql-insert' | 'sql-select', { sql }: Database, user: number): VirtualUser {
  return {
    act: async (turn) => {
      const at = user * 7919 + turn;
      if (name === 'sql-select') return (await selectContent(sql, storedId(at))).length;
      const body = bodies[at % bodies.length] ?? '';
      await insertRow(sql, body);
      return body.length;
    },
    close: () => undefined,
  };
}
