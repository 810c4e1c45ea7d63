import fhirpath from 'fhirpath';

// as: the engine hands out its unit library without types; these are the two functions used
const units = fhirpath.ucumUtils as {
  convertUnitTo(from: string, value: number, to: string): { status: string; toVal: number | null };
  validateUnitString(code: string): { status: string };
};

/** Converts between UCUM units of one dimension; `undefined` when they do not convert. */
export function convertUnits(value: number, from: string, to: string): number | undefined {
  const { status, toVal } = units.convertUnitTo(from, value, to);
  return status === 'succeeded' && toVal !== null ? Number(toVal) : undefined;
}

/** True for a unit that UCUM has. */
export function isUnit(code: string): boolean {
  return units.validateUnitString(code).status === 'valid';
}
