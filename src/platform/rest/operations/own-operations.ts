import { compositionDocument } from './document/document.ts';
import { encounterEverything, patientEverything } from './everything.ts';
import { expunge } from './expunge.ts';
import { graphql } from './graphql.ts';
import { lastn } from './lastn.ts';
import { patientMatch } from './match/match.ts';
import { meta, metaAdd, metaDelete } from './meta.ts';
import type { Operation } from './operation.ts';
import { patientSummary } from './summary/summary.ts';
import { validate } from './validate.ts';

/** The operations of the record itself; other parts hand in theirs. */
export const ownOperations: readonly Operation[] = [
  patientEverything,
  encounterEverything,
  graphql,
  lastn,
  meta,
  metaAdd,
  metaDelete,
  compositionDocument,
  expunge,
  patientMatch,
  patientSummary,
  validate,
];
