import { AppError } from './app-error.ts';

/**
 * A reason why the program cannot start or go on, told in one line with its remedy.
 * `exitCode` is permanent and listed in docs/guides/start.md.
 */
export class StartError extends AppError {
  readonly exitCode: number;

  constructor(code: string, exitCode: number, text: string, options?: ErrorOptions) {
    super('unavailable', code, text, options);
    this.exitCode = exitCode;
  }
}
