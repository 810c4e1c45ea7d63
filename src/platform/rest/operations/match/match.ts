import { AppError } from '#platform/errors';
import { isJsonObject, type JsonObject, parseJson, type Resource, validateResource } from '#platform/fhir';
import { parseSearch } from '#platform/search';
import { runSearch, type StoredVersion } from '#platform/store';
import { foundBundle, foundEntry } from '../../bundles.ts';
import { listOf } from '../../note-reads.ts';
import type { Operation, OperationAnswer, OperationCall } from '../operation.ts';
import { refusedParameter } from '../refused-parameter.ts';
import { candidateSearches } from './candidate-searches.ts';
import { type Person, toPerson } from './person.ts';
import { type Match, weighMatch } from './weigh-match.ts';

/** FHIR R4, patient-operation-match.html. */
export const patientMatch: Operation = {
  name: 'match',
  title: 'Find who is meant',
  description:
    'Finds the patients a description could mean, by number, name in any spelling, birth, sex and telephone, with how sure that is.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-match',
  levels: ['type'],
  types: ['Patient'],
  affectsState: false,
  parameters: [
    { name: 'resource', type: 'Patient', min: 1, documentation: 'The description: whatever is known, as a Patient.' },
    {
      name: 'onlyCertainMatches',
      type: 'boolean',
      documentation: 'Only the one patient who is certainly meant; none where there is none, or more than one.',
    },
    { name: 'count', type: 'integer', documentation: 'Most matches to give; 20 where nothing is said, 100 at most.' },
  ],
  results: [{ name: 'return', type: 'Bundle', min: 1, documentation: 'A searchset, the best match first.' }],
  run: runMatch,
};

const count = { byDefault: 20, atMost: 100 };
/** More candidates of one search than this are too many to tell one from: the description says too little. */
const candidatesAtMost = 300;

type Weighed = { readonly stored: StoredVersion; readonly match: Match };

async function runMatch(call: OperationCall): Promise<OperationAnswer> {
  const { baseUrl, parameters } = call;
  const described = describedPatient(call);
  const wanted = parameters.number('count') ?? count.byDefault;
  if (wanted < 1 || wanted > count.atMost) {
    throw refusedParameter('http.count', `count: 1 to ${count.atMost} is wanted.`);
  }
  const person = toPerson(described);
  const { candidates, isCut } = await findCandidates(call, person, identifiersOf(described));
  const found = candidates
    .map((stored) => weigh(person, stored))
    .filter(({ match }) => match.grade !== 'certainly-not');
  const shown = choose(found, wanted, parameters.flag('onlyCertainMatches') ?? false);
  const entries = shown.map(({ stored, match }) => foundEntry(stored, toSearch(match), baseUrl));
  const { patients = [] } = listOf(
    'S',
    {},
    shown.map(({ stored }) => stored),
  );
  return {
    body: foundBundle(isCut ? [...entries, cutEntry] : entries, `${baseUrl}/Patient/$match`, shown.length),
    noted: [{ action: '$match', type: 'Patient', matches: shown.length, patients }],
  };
}

function describedPatient({ parameters }: OperationCall): Resource {
  const described = parameters.resource('resource');
  if (!described) {
    throw refusedParameter('http.resource', 'resource: a Patient is wanted.', 'required');
  }
  const faults = validateResource(described);
  if (faults.length > 0) {
    throw new AppError('invalid', 'rest.malformed-description', 'The description is no valid Patient.', {
      issues: faults,
    });
  }
  const { fins, documents, families, givens, birthDate, phones } = toPerson(described);
  const isEnough =
    [fins, documents, phones].some((each) => each.length > 0) ||
    (givens.length > 0 && families.length > 0) ||
    (birthDate !== undefined && givens.length + families.length > 0);
  if (!isEnough) {
    const text = 'resource: an identifier, a telephone, name and surname, or a name and the birth date are needed.';
    throw refusedParameter('http.resource', text, 'required');
  }
  return described;
}

function identifiersOf({ identifier }: JsonObject): string[] {
  const all = Array.isArray(identifier) ? identifier.filter(isJsonObject) : [];
  return all
    .filter(({ value }) => typeof value === 'string')
    .map(({ system, value }) => [system, value].filter((each) => typeof each === 'string'))
    .map((parts) => parts.join('|'));
}

type Candidates = { readonly candidates: readonly StoredVersion[]; readonly isCut: boolean };

async function findCandidates(
  { service }: OperationCall,
  person: Person,
  identifiers: readonly string[],
): Promise<Candidates> {
  const { sql, baseUrl } = service.store;
  const bounded = [
    ['_count', String(candidatesAtMost)],
    ['_total', 'none'],
    ['_sort', '_id'],
  ] as const;
  const pages = await Promise.all(
    candidateSearches(person, identifiers).map((search) =>
      runSearch(sql, parseSearch('Patient', [...search, ...bounded]), baseUrl),
    ),
  );
  const candidates = new Map(pages.flatMap(({ matches }) => matches.map((each) => [each.id, each] as const)));
  return { candidates: [...candidates.values()], isCut: pages.some(({ next }) => next !== undefined) };
}

/** A record that was replaced by another, or is not in use, is never certainly the one. */
function weigh(person: Person, stored: StoredVersion): Weighed {
  const patient = parseJson(stored.content ?? '{}') as JsonObject; // as: stored texts are resources
  const match = weighMatch(person, toPerson(patient));
  const links = Array.isArray(patient['link']) ? patient['link'].filter(isJsonObject) : [];
  const isReplaced = patient['active'] === false || links.some(({ type }) => type === 'replaced-by');
  return { stored, match: isReplaced && match.grade === 'certain' ? { grade: 'possible', score: 0.6 } : match };
}

/** FHIR R4, patient-operation-match.html: several certain matches are none for one who wants only certain ones. */
function choose(found: readonly Weighed[], wanted: number, onlyCertain: boolean): Weighed[] {
  const ordered = found.toSorted((a, b) => b.match.score - a.match.score || (a.stored.id < b.stored.id ? -1 : 1));
  const certain = ordered.filter(({ match }) => match.grade === 'certain');
  if (onlyCertain) {
    return certain.length === 1 ? certain : [];
  }
  return ordered.slice(0, wanted);
}

function toSearch({ grade, score }: Match) {
  const extension = [{ url: 'http://hl7.org/fhir/StructureDefinition/match-grade', valueCode: grade }];
  return { extension, mode: 'match', score };
}

const cutEntry = JSON.stringify({
  resource: {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'warning',
        code: 'too-costly',
        diagnostics:
          'Very many people come near this description, and not all were compared; tell more of the one meant.',
      },
    ],
  },
  search: { mode: 'outcome' },
});
