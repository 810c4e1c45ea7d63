export { createLog, type Log, type LogLevel, type LogOptions, logOf } from './create-log.ts';
export { type DescribedError, describeError } from './describe-error.ts';
export { type Answered, logRequests, type RequestLogOptions } from './log-requests.ts';
export { createProgress, type Progress } from './progress.ts';
export { readableLines } from './readable-lines.ts';
export {
  currentContext,
  currentRequestId,
  runInContext,
  runWithRequestId,
  type TracePlace,
  type WorkContext,
} from './request-context.ts';
export { logSettings } from './settings.ts';
