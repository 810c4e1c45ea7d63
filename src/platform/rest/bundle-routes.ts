import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { toAppError, toOutcome } from '#platform/http';
import {
  type Actor,
  findNewest,
  placedAt,
  type Sql,
  type WriteResult,
  writeReadRecords,
  writeResources,
} from '#platform/store';
import { etag, sendResource, success } from './answers.ts';
import {
  type Entry,
  isRead,
  malformed,
  readAddress,
  readEntries,
  readSearchAddress,
  textOf,
  toWrite,
} from './bundle-entries.ts';
import { baseUrlOf, type FhirService } from './fhir-context.ts';
import { type Noted, noteMatched, readOf, toRecords } from './note-reads.ts';
import { isOperation, runBundledOperation } from './operations/bundled-operation.ts';
import { readResourceBody } from './read-resource-body.ts';
import { present, readVersion } from './read-routes.ts';
import { isNotModified, readPreferences } from './request-headers.ts';
import { search } from './search-routes.ts';

type Call = {
  readonly service: FhirService;
  readonly request: FastifyRequest;
  readonly actor: Actor;
  readonly baseUrl: string;
};

export function registerBundles(app: FastifyInstance, service: FhirService): void {
  app.post('/', async (request, reply) => {
    const bundle = await readResourceBody(request, 'Bundle');
    const type = bundle['type'];
    if (type !== 'batch' && type !== 'transaction') {
      throw malformed('Bundle.type', 'A Bundle sent here is a batch or a transaction.');
    }
    const entries = readEntries(bundle);
    const actor = await service.actorOf(request);
    const call: Call = { service, request, actor, baseUrl: baseUrlOf(service, request) };
    const answers = type === 'batch' ? await runBatch(call, entries) : await runTransaction(call, entries);
    const content = answers.length === 0 ? '' : `,"entry":[${answers.join(',')}]`;
    return sendResource(reply, `{"resourceType":"Bundle","type":"${type}-response"${content}}`);
  });
}

/** Every entry on its own: what fails answers for itself. */
async function runBatch(call: Call, entries: readonly Entry[]): Promise<string[]> {
  const answers: string[] = [];
  let characters = 0;
  for (const entry of entries) {
    const answer = await runAlone(call, entry, characters);
    answers.push(answer);
    characters += answer.length;
  }
  return answers;
}

/** What the reads of one Bundle may be answered with together: memory holds all of it. */
const answerCharactersAtMost = 64 * 1024 * 1024;

function refuseMore(characters: number): void {
  if (characters > answerCharactersAtMost) {
    const text = 'The answer to this Bundle is too large already; ask for what is left in another.';
    throw new AppError('tooLarge', 'rest.answer-too-large', text, {
      issues: [{ severity: 'error', code: 'too-costly', text }],
    });
  }
}

/** `characters` are those of the answers to the entries before. */
async function runAlone(call: Call, entry: Entry, characters: number): Promise<string> {
  const { store, audit } = call.service;
  try {
    if (isOperation(entry) || isRead(entry)) {
      refuseMore(characters);
    }
    if (isOperation(entry)) {
      return await runBundledOperation(call, entry);
    }
    if (isRead(entry)) {
      const { text, noted } = await answerRead(call, store.sql, entry);
      await Promise.all((await toRecords(call.service, call.request, [noted])).map(audit.record));
      return text;
    }
    const [result] = await writeResources(store, call.actor, [placed(entry, call)], { paths: [entry.path] });
    await noteMatched(call.service, call.request, result ? [result] : []);
    return result ? answerWrite(call, result) : '{}';
  } catch (thrown) {
    const error = toAppError(placedAt(thrown, entry.path));
    const { status, body } = toOutcome(error, call.request.id);
    if (status >= 500) {
      call.request.log.error({ err: error.cause ?? error, code: error.code }, 'entry of a batch failed');
    }
    return JSON.stringify({ response: { status: String(status), outcome: body } });
  }
}

function placed(entry: Entry, { baseUrl }: Call) {
  try {
    return toWrite(entry, baseUrl);
  } catch (error) {
    throw placedAt(error, entry.path);
  }
}

/** All or nothing; reads come last, within the transaction, and see what the writes have left. FHIR R4, http.html#trules. */
async function runTransaction(call: Call, entries: readonly Entry[]): Promise<string[]> {
  const operation = entries.find(isOperation);
  if (operation) {
    const text = 'A transaction calls no operations; a batch may.';
    throw malformed(`${operation.path}.request.url`, text);
  }
  const writes = entries.filter((entry) => !isRead(entry));
  const reads = entries.filter(isRead);
  const answers = new Map<Entry, string>();
  const results = await writeResources(
    call.service.store,
    call.actor,
    writes.map((entry) => placed(entry, call)),
    {
      paths: writes.map((entry) => entry.path),
      closed: true,
      ...(reads.length === 0 ? {} : { before: (sql) => runReads(call, sql, reads, answers) }),
    },
  );
  await noteMatched(call.service, call.request, results);
  writes.forEach((entry, at) => {
    const result = results[at];
    answers.set(entry, result ? answerWrite(call, result) : '{}');
  });
  return entries.map((entry) => answers.get(entry) ?? '{}');
}

async function runReads(call: Call, sql: Sql, reads: readonly Entry[], answers: Map<Entry, string>): Promise<void> {
  const noted: Noted[] = [];
  let characters = 0;
  for (const entry of reads) {
    try {
      refuseMore(characters);
      const answer = await answerRead(call, sql, entry);
      answers.set(entry, answer.text);
      characters += answer.text.length;
      noted.push(answer.noted);
    } catch (error) {
      throw placedAt(error, entry.path);
    }
  }
  await writeReadRecords(sql, await toRecords(call.service, call.request, noted));
}

const statusOf = {
  created: '201 Created',
  updated: '200 OK',
  unchanged: '200 OK',
  deleted: '204 No Content',
  absent: '204 No Content',
} as const;

function answerWrite({ baseUrl, request }: Call, result: WriteResult): string {
  const { type, id, version, updated, content, outcome } = result;
  const wanted = readPreferences(request).return;
  const response = {
    status: statusOf[outcome],
    ...(content === undefined ? {} : { location: `${baseUrl}/${type}/${id}/_history/${version}` }),
    ...(version === undefined ? {} : { etag: etag(version) }),
    ...(updated === undefined ? {} : { lastModified: updated }),
    ...(wanted === 'OperationOutcome' ? { outcome: success(`${type}/${id} ${outcome}.`) } : {}),
  };
  const resource = content === undefined || wanted !== 'representation' ? '' : `"resource":${content},`;
  return `{${resource}"response":${JSON.stringify(response)}}`;
}

type ReadAnswer = { readonly text: string; readonly noted: Noted };

async function answerRead(call: Call, sql: Sql, entry: Entry): Promise<ReadAnswer> {
  const withContent = entry.method === 'GET';
  const sought = readSearchAddress(entry, call.baseUrl);
  if (sought) {
    const { text, noted } = await search(call.service, sql, call.request, sought.target, sought.parameters);
    return { text: `{${withContent ? `"resource":${text},` : ''}"response":{"status":"200 OK"}}`, noted };
  }
  const { type, id = '', version } = readAddress(entry, call.baseUrl);
  const address = { type, id };
  const stored =
    version === undefined ? present(address, await findNewest(sql, address)) : await readVersion(sql, address, version);
  const held = {
    ifNoneMatch: textOf(entry.request['ifNoneMatch']),
    ifModifiedSince: textOf(entry.request['ifModifiedSince']),
  };
  const isHeld = isNotModified(held, stored.version, stored.updated);
  const response = {
    status: isHeld ? '304 Not Modified' : '200 OK',
    etag: etag(stored.version),
    lastModified: new Date(stored.updated).toISOString(),
  };
  const resource = withContent && !isHeld ? `"resource":${stored.content},` : '';
  return { text: `{${resource}"response":${JSON.stringify(response)}}`, noted: readOf(stored) };
}
