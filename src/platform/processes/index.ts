export { isWorker, joinPrimary, type Primary } from './join-primary.ts';
export { connectionsEach, processCount } from './process-count.ts';
export { processSettings } from './settings.ts';
export { startWorkers, type Workers, workersFailExitCode } from './supervise-workers.ts';
