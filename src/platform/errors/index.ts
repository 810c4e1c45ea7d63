export { AppError, type ErrorKind, errorKinds, type Issue } from './app-error.ts';
