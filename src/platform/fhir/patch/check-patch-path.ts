import { faultOfSelection } from '../fhirpath/selection-path.ts';
import { malformedPatch } from './patch-errors.ts';

/** Refuses the path of a FHIRPath Patch that does more than select an element, before it is evaluated. */
export function checkPatchPath(path: string): void {
  const fault = faultOfSelection(path);
  if (fault !== undefined) throw malformedPatch(fault);
}
