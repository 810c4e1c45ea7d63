import type { JsonObject } from '../definitions/resource.ts';
import { type Run, report } from './run.ts';

/** FHIR R4, datatypes.html#Attachment: size is the number of bytes of the data before base64. */
export function checkAttachment(run: Run, value: JsonObject): void {
  const { data, size } = value;
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const actual = decodedBytes(data);
  if (actual !== size) report(run, 'structure', `The attachment says it has ${size} bytes but its data has ${actual}.`);
}

/** Bytes that base64 text stands for. */
export function decodedBytes(base64: string): number {
  const digits = base64.replaceAll(/[\s=]/g, '').length;
  return Math.floor((digits * 3) / 4);
}
