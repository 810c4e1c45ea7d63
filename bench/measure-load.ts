import type { Cell } from './cell.ts';
import { type CpuSample, sampleCpu, type Watched } from './process-cpu.ts';
import { percentile } from './statistics.ts';

/** One virtual user: asks, waits for the whole answer, asks again. `act` gives the bytes of the answer. */
export type VirtualUser = {
  readonly act: (turn: number) => Promise<number>;
  readonly close: () => void;
};

export type LoadPlan = {
  readonly clients: number;
  readonly warmUpSeconds: number;
  readonly windowSeconds: number;
  readonly watched: Watched;
};

/** A slow server gets up to this many windows to complete one answer for each client. */
const longestWindows = 15;

type Recorder = {
  readonly durationsMs: number[];
  readonly errorTexts: Map<string, number>;
  bytes: number;
  errors: number;
  isOpen: boolean;
  isOver: boolean;
};

/**
 * A closed load: every user has one request under way at all times. Warm-up runs into the window without a pause; an
 * answer counts when it completes inside the window; at the end running requests are waited for.
 */
export async function measureLoad(plan: LoadPlan, openUser: (user: number) => VirtualUser): Promise<Cell> {
  const recorder: Recorder = {
    durationsMs: [],
    errorTexts: new Map(),
    bytes: 0,
    errors: 0,
    isOpen: false,
    isOver: false,
  };
  const users = Array.from({ length: plan.clients }, (_, user) => openUser(user));
  try {
    const working = users.map((user) => work(user, recorder));
    const window = await keepWindow(plan, recorder);
    await Promise.all(working);
    return toCell(recorder, window);
  } finally {
    for (const user of users) user.close();
  }
}

async function work(user: VirtualUser, recorder: Recorder): Promise<void> {
  for (let turn = 0; !recorder.isOver; turn += 1) {
    const startedAt = performance.now();
    try {
      const bytes = await user.act(turn);
      if (recorder.isOpen) {
        recorder.durationsMs.push(performance.now() - startedAt);
        recorder.bytes += bytes;
      }
    } catch (error) {
      // Errors count from the first request on: one that happens only while warming up is one all the same.
      recorder.errors += 1;
      const text = (error instanceof Error ? error.message : String(error)).slice(0, 300);
      recorder.errorTexts.set(text, (recorder.errorTexts.get(text) ?? 0) + 1);
      await pause(20); // a server that is down is not asked in a tight loop
    }
  }
}

type Window = { readonly seconds: number; readonly cpu: CpuUse | undefined };
type CpuUse = { readonly before: CpuSample; readonly after: CpuSample; readonly driverMs: number };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function keepWindow(plan: LoadPlan, recorder: Recorder): Promise<Window> {
  await pause(plan.warmUpSeconds * 1000);
  const before = sampleCpu(plan.watched);
  const driverBefore = process.cpuUsage();
  const startedAt = performance.now();
  recorder.isOpen = true;
  for (let windows = 0; windows < longestWindows; windows += 1) {
    await pause(plan.windowSeconds * 1000);
    if (recorder.durationsMs.length + recorder.errors >= plan.clients) break;
  }
  recorder.isOpen = false;
  recorder.isOver = true;
  const seconds = (performance.now() - startedAt) / 1000;
  const driver = process.cpuUsage(driverBefore);
  const after = sampleCpu(plan.watched);
  const driverMs = (driver.user + driver.system) / 1000;
  return { seconds, cpu: before && after && { before, after, driverMs } };
}

function toCell(recorder: Recorder, { seconds, cpu }: Window): Cell {
  const sorted = Float64Array.from(recorder.durationsMs).sort();
  const answers = sorted.length;
  return {
    seconds,
    answers,
    perSecond: answers / seconds,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    bytesPerAnswer: answers === 0 ? 0 : recorder.bytes / answers,
    errors: recorder.errors,
    errorTexts: [...recorder.errorTexts.keys()].slice(0, 5),
    ...(cpu && answers > 0 ? cpuFigures(cpu, answers) : {}),
  };
}

function cpuFigures({ before, after, driverMs }: CpuUse, answers: number) {
  const serverMs = after.serverMs - before.serverMs;
  const postgresMs = after.postgresMs - before.postgresMs;
  const busyMs = after.machine.busyMs - before.machine.busyMs;
  const totalMs = after.machine.totalMs - before.machine.totalMs;
  const strangers = totalMs > 0 ? Math.max(0, busyMs - serverMs - postgresMs - driverMs) / totalMs : 0;
  return { serverCpuMs: serverMs / answers, postgresCpuMs: postgresMs / answers, strangers };
}
