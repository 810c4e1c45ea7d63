import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from '#platform/database';
import { loadAverage, machineFacts } from '../machine.ts';
import { type Candidate, candidates } from './candidates.ts';
import { convertRows } from './convert-rows.ts';
import { loadRows } from './load-rows.ts';
import { type CandidateResult, measureCandidate } from './measure-candidate.ts';
import { addResult, describe } from './result.ts';

const usage = `Measures storage layouts on an embedded PostgreSQL of its own:
node bench/layouts/main.ts [--rows 1000000] [--candidates A,B,C] [--seconds 2] [--runs 3] [--only read,create]
  [--folder FOLDER] [--result FILE] [--note "what else ran"]
"B>A>C" loads B, measures it, turns its database into A, and that into C.`;

const interruptedExitCode = 130;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      candidates: { type: 'string', default: 'A,B,C' },
      seconds: { type: 'string', default: '2' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string' },
      folder: { type: 'string', default: tmpdir() },
      result: { type: 'string', default: '.cache/bench/layouts.json' },
      note: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const chosen = values.candidates.split(',').map((chain) => chain.split('>').map(findCandidate));
  const rows = Number(values.rows);
  const plan = { rows, seconds: Number(values.seconds), runs: Number(values.runs), only: values.only?.split(',') };
  const folder = await mkdtemp(join(resolve(values.folder), 'vsis-layouts-'));
  await chmod(folder, 0o755); // PostgreSQL runs under an account of its own where we are root
  const server = await startEmbeddedPostgres({ dataDir: folder, program: 'vsis bench layouts' });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= server.stop().then(() => rm(folder, { recursive: true, force: true }));
    return stopped;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(interruptedExitCode)));
  }
  try {
    for (const chain of chosen) {
      await withDatabase(server, (url) =>
        measureChain(server, url, chain, plan, async (result) => {
          await addResult(values.result, {
            ...result,
            note: values.note,
            machine: machineFacts(folder, server.version),
          });
          console.log(describe(result));
        }),
      );
    }
  } finally {
    await stop();
  }
}

function findCandidate(name: string): Candidate {
  const found = candidates.find((each) => each.name === name);
  if (!found)
    throw new Error(`There is no candidate ${name}: known are ${candidates.map((each) => each.name).join(', ')}.`);
  return found;
}

/** Gives the work a database of its own, which is gone afterwards. */
async function withDatabase(server: EmbeddedPostgres, work: (url: string) => Promise<void>): Promise<void> {
  const name = 'layout';
  const admin = openDatabase(server.ownerUrl('postgres'), { max: 1 });
  try {
    await admin.sql`create database ${admin.sql(name)}`;
    try {
      await work(server.ownerUrl(name));
    } finally {
      await admin.sql`drop database ${admin.sql(name)} with (force)`;
    }
  } finally {
    await admin.close();
  }
}

/** Loads the first candidate of a chain and measures all, each made out of the one before. */
async function measureChain(
  server: EmbeddedPostgres,
  url: string,
  chain: readonly Candidate[],
  plan: { rows: number; seconds: number; runs: number; only: readonly string[] | undefined },
  report: (result: CandidateResult) => Promise<void>,
): Promise<void> {
  const database = openDatabase(url, { max: 2 });
  try {
    for (const [place, candidate] of chain.entries()) {
      const say = (text: string): void =>
        console.log(`${new Date().toISOString().slice(11, 19)} ${candidate.name} ${text}`);
      const loaded =
        place === 0
          ? await loadRows(database.sql, candidate, plan.rows, say)
          : await convertRows(database.sql, candidate, plan.rows, say);
      say(`loaded: ${JSON.stringify(loaded)}, load average ${loadAverage()}`);
      await report(
        await measureCandidate({ ...plan, candidate, url, sql: database.sql, postgresPid: server.pid, loaded, say }),
      );
    }
  } finally {
    await database.close();
  }
}

await main();
