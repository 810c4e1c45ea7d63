import { AppError } from '#platform/errors';
import { isJsonObject, parseJson } from '#platform/fhir';
import { parseSearch } from '#platform/search';
import { runSearch, type StoredVersion } from '#platform/store';
import { foundBundle, foundEntry } from '../bundles.ts';
import { listOf } from '../note-reads.ts';
import { createLastByCode } from './last-by-code.ts';
import type { Operation, OperationAnswer, OperationCall } from './operation.ts';
import { refusedParameter } from './refused-parameter.ts';

/** FHIR R4, operation-observation-lastn.html. */
export const lastn: Operation = {
  name: 'lastn',
  title: 'Last observations of each code',
  description:
    'The most recent observations of each code about a patient or other subject. Besides max it takes the search parameters of Observation; a subject, and a category or code, must be among them.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn',
  levels: ['type'],
  types: ['Observation'],
  affectsState: false,
  parameters: [
    { name: 'max', type: 'positiveInt', documentation: 'How many of each code; 1 where nothing is said, 100 at most.' },
  ],
  takesSearchParameters: true,
  results: [
    { name: 'return', type: 'Bundle', min: 1, documentation: 'A searchset, code after code, the most recent first.' },
  ],
  run: runLastn,
};

const perCodeAtMost = 100;
/** What more observations than this meet is narrowed by the caller: each has to be looked at. */
const lookedAtAtMost = 50_000;
const pageSize = 1000;

async function runLastn(call: OperationCall): Promise<OperationAnswer> {
  const { baseUrl, parameters } = call;
  const max = parameters.number('max') ?? 1;
  if (max > perCodeAtMost) {
    throw refusedParameter('http.max', `max: ${perCodeAtMost} of each code are given at most.`);
  }
  requireSubjectAndCode(parameters.others);
  const last = createLastByCode<StoredVersion>(max);
  for await (const each of findObservations(call)) {
    const observation = parseJson(each.content ?? 'null');
    last.add(isJsonObject(observation) ? observation : {}, each);
  }
  const found = last.found();
  const query = new URLSearchParams(parameters.pairs.map(([name, value]): [string, string] => [name, value]));
  const self = `${baseUrl}/Observation/$lastn?${query.toString()}`;
  const entries = found.map((each) => foundEntry(each, { mode: 'match' }, baseUrl));
  const { patients = [], matches = 0 } = listOf('S', {}, found);
  return {
    body: foundBundle(entries, self),
    noted: [{ action: '$lastn', type: 'Observation', matches, patients }],
  };
}

/** The observations that meet the search, the most recent first. */
async function* findObservations({ service, parameters }: OperationCall): AsyncGenerator<StoredVersion> {
  const { sql, baseUrl } = service.store;
  const asked = [...parameters.others, ['_sort', '-date'], ['_total', 'none'], ['_count', String(pageSize)]] as const;
  let looked = 0;
  let cursor: string | undefined;
  do {
    const goOn = cursor === undefined ? [] : ([['_cursor', cursor]] as const);
    const page = await runSearch(sql, parseSearch('Observation', [...asked, ...goOn]), baseUrl);
    yield* page.matches;
    looked += page.matches.length;
    cursor = page.next;
    if (cursor !== undefined && looked >= lookedAtAtMost) {
      const text = `More than ${lookedAtAtMost} observations meet this; narrow it, for example by date.`;
      throw new AppError('tooLarge', 'rest.too-many-observations', text);
    }
  } while (cursor !== undefined);
}

const shapesAnswer = new Set([
  '_sort',
  '_count',
  '_total',
  '_summary',
  '_elements',
  '_include',
  '_revinclude',
  '_cursor',
]);

function requireSubjectAndCode(others: OperationCall['parameters']['others']): void {
  const names = others.map(([name]) => name.split(/[:.]/)[0] ?? '');
  const shaping = names.find((name) => shapesAnswer.has(name));
  if (shaping !== undefined) {
    throw refusedParameter(
      `http.${shaping}`,
      `${shaping}: this operation orders and limits its answer itself.`,
      'not-supported',
    );
  }
  if (!names.includes('patient') && !names.includes('subject')) {
    throw refusedParameter('http.patient', 'patient: this parameter, or subject, is required.', 'required');
  }
  if (!names.some((name) => name === 'category' || /(?:^|-)code(?:-|$)/.test(name))) {
    throw refusedParameter('http.code', 'code: this parameter, or category, is required.', 'required');
  }
}
