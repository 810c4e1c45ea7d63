export { createLog, type Log, type LogLevel, type LogOptions, logOf } from './create-log.ts';
export { type DescribedError, describeError } from './describe-error.ts';
export { logRequests } from './log-requests.ts';
export { createProgress, type Progress } from './progress.ts';
export { readableLines } from './readable-lines.ts';
export { currentRequestId, runWithRequestId } from './request-context.ts';
export { logSettings } from './settings.ts';
