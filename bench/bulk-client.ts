import { setTimeout as delay } from 'node:timers/promises';

/** Bulk operations of a server over HTTP, each waited for. */
export type BulkClient = {
  /** Imports files of the server's import folder. */
  readonly importFiles: (names: readonly string[]) => Promise<Imported>;
  /** Exports all of the record and fetches every file. */
  readonly exportAll: () => Promise<Fetched>;
  /** The total of a search. */
  readonly count: (search: string) => Promise<number>;
};

export type Imported = { readonly created: number; readonly refused: number; readonly finishedMs: number };
export type Fetched = { readonly resources: number; readonly bytes: number };

type Manifest = {
  readonly transactionTime: string;
  readonly output: readonly { readonly url: string; readonly count: number }[];
  readonly extension?: { readonly created: number; readonly refused: number };
};

const pollMs = 500;

export function bulkClient(base: string): BulkClient {
  return {
    importFiles: async (names) => {
      const parameter = names.map((name) => ({ name: 'input', part: [{ name: 'url', valueUri: `file:${name}` }] }));
      const started = await fetch(`${base}/$import`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/fhir+json', Prefer: 'respond-async' },
        body: JSON.stringify({ resourceType: 'Parameters', parameter }),
      });
      const { extension, transactionTime } = await finished(started);
      return { created: 0, refused: 0, ...extension, finishedMs: Date.parse(transactionTime) };
    },
    exportAll: async () => {
      const started = await fetch(`${base}/$export`, {
        headers: { Accept: 'application/fhir+json', Prefer: 'respond-async' },
      });
      const { output } = await finished(started);
      let bytes = 0;
      for (const { url } of output) {
        bytes += await lengthOf(await fetch(url, { headers: { 'Accept-Encoding': 'identity' } }));
      }
      return { resources: output.reduce((sum, { count }) => sum + count, 0), bytes };
    },
    count: async (search) => {
      const answer = await fetch(`${base}/${search}&_summary=count`);
      const bundle = (await expectOk(answer).json()) as { total: number }; // as: a searchset with a count has it
      return bundle.total;
    },
  };
}

async function finished(started: Response): Promise<Manifest> {
  const address = started.headers.get('content-location');
  if (started.status !== 202 || address === null) {
    throw new Error(`Status ${started.status} instead of 202: ${(await started.text()).slice(0, 500)}`);
  }
  for (;;) {
    const answer = await fetch(address);
    if (answer.status !== 202) {
      return (await expectOk(answer).json()) as Manifest; // as: what a finished job answers
    }
    await delay(pollMs);
  }
}

async function lengthOf(answer: Response): Promise<number> {
  let bytes = 0;
  for await (const piece of expectOk(answer).body ?? []) {
    bytes += piece.length;
  }
  return bytes;
}

function expectOk(answer: Response): Response {
  if (answer.status === 200) return answer;
  throw new Error(`Status ${answer.status} instead of 200 from ${new URL(answer.url).pathname}`);
}
