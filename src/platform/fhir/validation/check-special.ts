import type { JsonObject } from '../definitions/resource.ts';
import type { TypeModel } from '../definitions/type-model.ts';
import type { Run } from './run.ts';

type Check = (run: Run, value: JsonObject) => void;

/** What the definitions do not say in a form that a machine can apply, by type. */
const checks: Readonly<Record<string, Check>> = {};

export function checkSpecial(run: Run, value: JsonObject, type: TypeModel): void {
  checks[type.name]?.(run, value);
}
