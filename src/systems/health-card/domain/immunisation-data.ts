import type { LocalText } from '#platform/i18n';
import data from './immunisation-calendars.json' with { type: 'json' };

/** An age at which something falls due: days or months after birth. */
export type AgePoint = { readonly days: number } | { readonly months: number };

export type Vaccine = LocalText & {
  readonly code: string;
  readonly cvx: string;
  /** The dose series a dose of it counts for. */
  readonly series: readonly string[];
  readonly live?: boolean;
  /** Codes of the diseases it protects from. */
  readonly targets: readonly string[];
};

export type Disease = LocalText & { readonly code: string };

export type Series = {
  readonly code: string;
  readonly overdueAfterDays: number;
  readonly minIntervalDays?: number;
  readonly after?: { readonly series: string; readonly days: number };
  readonly catchUpUntilMonths: number;
  /** Where the last dose stops being asked for sooner than the first. */
  readonly lastDoseUntilMonths?: number;
  readonly inferred: boolean;
};

export type Slot = {
  readonly vaccine: string;
  readonly series: string;
  readonly dose: number;
  readonly age: AgePoint;
  readonly minAge: AgePoint;
  readonly inferred?: boolean;
};

export type CalendarVersion = {
  readonly code: string;
  readonly validFrom: string;
  readonly validTo?: string;
  readonly inferred: boolean;
  readonly source: string;
  readonly slots: readonly Slot[];
};

/** Vaccines of the calendar and of campaigns; the file carries the sources. */
export const vaccines: readonly Vaccine[] = data.vaccines;

export const targetDiseases: readonly Disease[] = data.diseases;

/** Rules of each dose series. */
export const immunisationSeries: readonly Series[] = data.series;

/** The national calendar by version, oldest first. Between two versions there is no gap. */
export const calendarVersions: readonly CalendarVersion[] = data.versions;

/** Code system of the vaccines above. */
export const vaccineSystem = 'https://vsis.az/fhir/CodeSystem/vaccine';

export const findVaccine = (code: string): Vaccine | undefined => vaccines.find((vaccine) => vaccine.code === code);

/** The vaccine a FHIR coding names, by our own code or by CVX. */
export function vaccineOfCoding(coding: { readonly system?: string; readonly code?: string }): Vaccine | undefined {
  if (coding.system === vaccineSystem) return vaccines.find(({ code }) => code === coding.code);
  if (coding.system === 'http://hl7.org/fhir/sid/cvx') return vaccines.find(({ cvx }) => cvx === coding.code);
  return undefined;
}
