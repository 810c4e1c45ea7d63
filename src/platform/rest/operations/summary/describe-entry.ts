import { isJsonObject, type JsonObject, numberLiteral } from '#platform/fhir';
import { formatDate, formatDateTime, formatNumber, type Language, translate } from '#platform/i18n';
import { texts } from './texts.ts';

/** A resource as a row of its section's table. Texts are plain; the narrative escapes them. */
export type EntryRow = { readonly name: string; readonly detail: string; readonly date: string };

/** `resolve` gives what a reference leads to, where it is part of the document. */
export type Reader = {
  readonly language: Language;
  readonly resolve: (reference: string) => JsonObject | undefined;
};

export function describeEntry(resource: JsonObject, reader: Reader): EntryRow {
  return {
    name: nameOf(resource, reader) || translate(reader.language, texts.unnamed),
    detail: detailOf(resource, reader),
    date: dateOf(resource, reader.language),
  };
}

function nameOf(resource: JsonObject, { resolve }: Reader): string {
  const { code, vaccineCode, medicationCodeableConcept, medicationReference, device, title, category } = resource;
  const concept = [code, vaccineCode, medicationCodeableConcept].map(conceptText).find((text) => text !== '');
  const reference = [medicationReference, device].filter(isJsonObject)[0];
  if (concept === undefined && reference) {
    const target = resolve(String(reference['reference'])) ?? {};
    const names = Array.isArray(target['deviceName']) ? target['deviceName'].filter(isJsonObject) : [];
    return (
      conceptText(target['code']) ||
      textOf(names[0]?.['name']) ||
      conceptText(target['type']) ||
      textOf(reference['display'])
    );
  }
  const [first] = Array.isArray(category) ? category : [];
  return concept ?? (textOf(title) || conceptText(first));
}

function detailOf(resource: JsonObject, reader: Reader): string {
  switch (resource['resourceType']) {
    case 'Observation':
      return observed(resource, reader.language);
    case 'AllergyIntolerance':
      return reactionText(resource, reader.language);
    case 'MedicationStatement':
      return dosageText(resource['dosage']);
    case 'MedicationRequest':
      return dosageText(resource['dosageInstruction']);
    case 'Immunization':
      return doseText(resource, reader.language);
    case 'DiagnosticReport':
      return textOf(resource['conclusion']);
    case 'Condition':
      return conceptText(resource['severity']);
    default:
      return '';
  }
}

/** The value of an observation, and those of its parts. */
function observed(resource: JsonObject, language: Language): string {
  const parts = objectsOf(resource['component']).map((part) => {
    const value = valueText(part, language);
    return value === '' ? '' : `${conceptText(part['code'])}: ${value}`;
  });
  return [valueText(resource, language), ...parts].filter((each) => each !== '').join('; ');
}

function valueText(holder: JsonObject, language: Language): string {
  const { valueQuantity, valueCodeableConcept, valueString, valueBoolean, valueDateTime } = holder;
  if (isJsonObject(valueQuantity)) {
    return quantityText(valueQuantity, language);
  }
  if (typeof holder['valueInteger'] === 'number') {
    return formatNumber(holder['valueInteger'], language);
  }
  if (typeof valueBoolean === 'boolean') {
    return translate(language, valueBoolean ? texts.yes : texts.no);
  }
  if (typeof valueDateTime === 'string') {
    return momentText(valueDateTime, language);
  }
  return conceptText(valueCodeableConcept) || textOf(valueString) || conceptText(holder['dataAbsentReason']);
}

function quantityText(quantity: JsonObject, language: Language): string {
  const { comparator, unit, code } = quantity;
  const value = formatNumber(numberLiteral(quantity, 'value'), language);
  return [`${textOf(comparator)}${value}`, textOf(unit) || textOf(code)].filter((each) => each !== '').join(' ');
}

function reactionText({ criticality, reaction }: JsonObject, language: Language): string {
  const manifestations = objectsOf(reaction).flatMap(({ manifestation, description }) => {
    const named = objectsOf(manifestation)
      .map(conceptText)
      .filter((text) => text !== '');
    return named.length > 0 ? named : [textOf(description)].filter((text) => text !== '');
  });
  const danger =
    typeof criticality === 'string' ? [translate(language, texts.criticality, { level: criticality })] : [];
  return [...new Set([...manifestations, ...danger])].join(', ');
}

function dosageText(dosage: unknown): string {
  return objectsOf(dosage)
    .map(({ text, patientInstruction }) => textOf(text) || textOf(patientInstruction))
    .filter((each) => each !== '')
    .join('; ');
}

function doseText({ protocolApplied }: JsonObject, language: Language): string {
  const [first] = objectsOf(protocolApplied);
  const dose = first?.['doseNumberPositiveInt'];
  return typeof dose === 'number' ? translate(language, texts.dose, { n: dose }) : textOf(first?.['doseNumberString']);
}

/** Where the types keep the date that a reader asks for, the most telling first. */
const dateElements = [
  'onsetDateTime',
  'effectiveDateTime',
  'effectiveInstant',
  'performedDateTime',
  'occurrenceDateTime',
  'timingDateTime',
  'recordedDate',
  'authoredOn',
  'dateTime',
  'dateAsserted',
  'recordedOn',
  'issued',
  'created',
];

const periodElements = ['onsetPeriod', 'effectivePeriod', 'performedPeriod', 'timingPeriod', 'period'];

/** The FHIR date by which entries are ordered, if there is one. */
export function dateTextOf(resource: JsonObject): string | undefined {
  const single = dateElements.map((name) => resource[name]).find((each) => typeof each === 'string');
  const starts = periodElements
    .map((name) => resource[name])
    .map((each) => (isJsonObject(each) ? each['start'] : undefined));
  const start = starts.find((each) => typeof each === 'string');
  return typeof single === 'string' ? single : typeof start === 'string' ? start : undefined;
}

function dateOf(resource: JsonObject, language: Language): string {
  const date = dateTextOf(resource);
  return date === undefined ? '' : momentText(date, language);
}

function momentText(date: string, language: Language): string {
  return date.includes('T') ? formatDateTime(date, language) : formatDate(date, language);
}

function conceptText(concept: unknown): string {
  if (!isJsonObject(concept)) {
    return '';
  }
  const codings = objectsOf(concept['coding']);
  const display = codings.map((each) => textOf(each['display'])).find((each) => each !== '');
  return textOf(concept['text']) || (display ?? textOf(codings[0]?.['code']));
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
