export { AppError, type ErrorKind, errorKinds, type Issue } from './app-error.ts';
export { StartError } from './start-error.ts';
