import type { JsonObject } from '#platform/fhir';
import { type Language, translate } from '#platform/i18n';
import { createLastByCode } from '../last-by-code.ts';
import { dateTextOf, describeEntry, type EntryRow, type Reader } from './describe-entry.ts';
import { lastOfEachCode, requiredSections, type SectionKey, sectionCodes, sectionKeys, sectionOf } from './sections.ts';
import { texts, titles } from './texts.ts';

/** A resource of the record, with its absolute address. */
export type SummaryEntry = { readonly address: string; readonly resource: JsonObject };

/** A longer list is no summary. */
const entriesAtMost = 50;

/** The entries of each section, the most recent first. */
export function chooseEntries(all: readonly SummaryEntry[]): Map<SectionKey, readonly SummaryEntry[]> {
  const bySection = Map.groupBy(all, ({ resource }) => sectionOf(resource));
  const chosen = new Map<SectionKey, readonly SummaryEntry[]>();
  for (const key of sectionKeys) {
    const entries = (bySection.get(key) ?? []).toSorted(mostRecentFirst);
    const told = lastOfEachCode.has(key) ? lastOf(entries) : entries;
    if (told.length > 0 || requiredSections.has(key)) {
      chosen.set(key, told.slice(0, entriesAtMost));
    }
  }
  return chosen;
}

function mostRecentFirst(left: SummaryEntry, right: SummaryEntry): number {
  const [a, b] = [left, right].map(({ resource }) => dateTextOf(resource) ?? '');
  return a === b ? 0 : (a ?? '') < (b ?? '') ? 1 : -1;
}

/** Reports are told one by one; of observations the last of each code. */
function lastOf(entries: readonly SummaryEntry[]): SummaryEntry[] {
  const last = createLastByCode<SummaryEntry>(1);
  const observations = entries.filter(({ resource }) => resource['resourceType'] === 'Observation');
  observations.forEach((each) => last.add(each.resource, each));
  return [...entries.filter((each) => !observations.includes(each)), ...last.found()];
}

export type SummaryFrame = {
  readonly id: string;
  /** Absolute addresses within the document. */
  readonly patient: string;
  readonly author: string;
  readonly custodian: string | undefined;
  readonly date: string;
};

/** The Composition of a summary in the reader's language. IPS 2.0, Composition-uv-ips. */
export function composeSummary(
  chosen: ReadonlyMap<SectionKey, readonly SummaryEntry[]>,
  { id, patient, author, custodian, date }: SummaryFrame,
  reader: Reader,
): JsonObject {
  const { language } = reader;
  return {
    resourceType: 'Composition',
    id,
    meta: { profile: [summaryProfile] },
    language,
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` },
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '60591-5' }] },
    subject: { reference: patient },
    date,
    author: [{ reference: author }],
    title: translate(language, texts.title),
    ...(custodian === undefined ? {} : { custodian: { reference: custodian } }),
    section: [...chosen].map(([key, entries]) => composeSection(key, entries, reader)),
  };
}

export const summaryProfile = 'http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips';

function composeSection(key: SectionKey, entries: readonly SummaryEntry[], reader: Reader): JsonObject {
  const { language } = reader;
  const rows = entries.map(({ resource }) => describeEntry(resource, reader));
  const content =
    entries.length > 0
      ? { entry: entries.map(({ address }) => ({ reference: address })) }
      : {
          emptyReason: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', code: 'unavailable' }],
          },
        };
  return {
    title: translate(language, titles[key]),
    code: { coding: [{ system: 'http://loinc.org', code: sectionCodes[key] }] },
    text: { status: 'generated', div: narrative(rows, language) },
    ...content,
  };
}

function narrative(rows: readonly EntryRow[], language: Language): string {
  const body = rows.length === 0 ? `<p>${escape(translate(language, texts.noInformation))}</p>` : table(rows, language);
  return `<div xmlns="http://www.w3.org/1999/xhtml" lang="${language}" xml:lang="${language}">${body}</div>`;
}

/** Columns that no row has anything for are left out. */
function table(rows: readonly EntryRow[], language: Language): string {
  const columns = (['name', 'detail', 'date'] as const).filter((column) => rows.some((row) => row[column] !== ''));
  const head = columns.map((column) => `<th>${escape(translate(language, texts[column]))}</th>`).join('');
  const lines = rows.map((row) => `<tr>${columns.map((column) => `<td>${escape(row[column])}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
