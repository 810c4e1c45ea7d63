export { bodyLimitBytes, createServer, decodeBody, type ServerOptions } from './create-server.ts';
export { toAppError } from './send-error.ts';
export { servePortal } from './serve-portal.ts';
export { type OperationOutcome, toOutcome } from './to-outcome.ts';
export { boundUnsent } from './unsent-answers.ts';
export { type Traffic, type TrafficLimits, watchTraffic } from './watch-traffic.ts';
