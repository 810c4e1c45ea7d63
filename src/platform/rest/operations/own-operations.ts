import { patientEverything } from './everything.ts';
import type { Operation } from './operation.ts';
import { validate } from './validate.ts';

/** The operations of the record itself; other parts hand in theirs. */
export const ownOperations: readonly Operation[] = [patientEverything, validate];
