import fhirpath from 'fhirpath';

// as: the engine hands out its unit library without types; this is the function used
const units = fhirpath.ucumUtils as {
  convertUnitTo(from: string, value: number, to: string): { status: string; toVal: number | null };
};

/** Converts between UCUM units of one dimension; `undefined` when they do not convert. */
export function convertUnits(value: number, from: string, to: string): number | undefined {
  const { status, toVal } = units.convertUnitTo(from, value, to);
  return status === 'succeeded' && toVal !== null ? Number(toVal) : undefined;
}
