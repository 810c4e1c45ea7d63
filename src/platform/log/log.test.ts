import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { createLog, type Log } from './create-log.ts';
import { describeError } from './describe-error.ts';
import { logRequests } from './log-requests.ts';
import { createProgress } from './progress.ts';
import { readableLines } from './readable-lines.ts';
import { runWithRequestId } from './request-context.ts';

function capture(): { log: Log; text: () => string; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void written.push(line) } });
  return {
    log,
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>), // as: pino writes objects
  };
}

const personal = {
  fin: '7XQ4T2K',
  name: 'Əliyeva',
  given: 'Şəhla',
  phone: '501234567',
  token: 'eyJhbGciOiJFUzI1NiJ9.c2VjcmV0',
};
const patient = {
  resourceType: 'Patient',
  id: 'p-7XQ4T2K',
  identifier: [{ value: personal.fin }],
  name: [{ family: personal.name, given: [personal.given] }],
  telecom: [{ value: personal.phone }],
};

function expectNothingPersonal(text: string): void {
  for (const value of Object.values(personal)) expect(text).not.toContain(value);
}

/** What the parser of this runtime says of a text that is no JSON. */
function parseFailure(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

describe('a request through the whole server', () => {
  async function send(answer: (body: unknown) => unknown) {
    const { log, text, lines } = capture();
    const logger: FastifyBaseLogger = log;
    const app = fastify({ loggerInstance: logger, logController: new LogController({ disableRequestLogging: true }) });
    app.setErrorHandler((error, request, reply) => {
      request.log.error({ err: error }, 'failed');
      return reply.code(500).send({});
    });
    logRequests(app, log);
    app.post('/fhir/Patient/:id', async (request) => {
      log.child({ part: 'store' }).info({ req: request, resource: request.body, params: request.params }, 'writing');
      request.log.warn({ err: new SyntaxError(`Unexpected token in "${personal.name}"`), body: request.body }, 'odd');
      return answer(request.body);
    });
    const response = await app.inject({
      method: 'POST',
      url: `/fhir/Patient/p-${personal.fin}?name=${personal.name}&phone=${personal.phone}`,
      headers: { authorization: `Bearer ${personal.token}`, cookie: `session=${personal.token}` },
      payload: patient,
    });
    await app.close();
    return { response, text: text(), lines: lines() };
  }

  it('leaves no name, identifier or token in the log', async () => {
    const { text, lines } = await send(() => patient);
    expect(lines).toHaveLength(3);
    expectNothingPersonal(text);
    expect(lines.at(-1)).toMatchObject({ method: 'POST', route: '/fhir/Patient/:id', status: 200, msg: 'answered' });
  });

  it('leaves none when it fails with an error that quotes them', async () => {
    const { response, text } = await send(() => {
      const cause = Object.assign(new Error(`duplicate key value: Key (identifier)=(${personal.fin}) exists`), {
        detail: `Key (identifier)=(${personal.fin}) already exists.`,
        query: `insert into patient values ('${personal.name}')`,
        parameters: [personal.given],
      });
      throw new Error(`cannot store '${personal.name}' with phone ${personal.phone}`, { cause });
    });
    expect(response.statusCode).toBe(500);
    expect(text).toContain('cannot store … with phone …');
    expectNothingPersonal(text);
  });

  it('gives every line of one request its number', async () => {
    const { lines } = await send(() => patient);
    const numbers = new Set(lines.map((line) => line['requestId']));
    expect(numbers.size).toBe(1);
    expect([...numbers][0]).toMatch(/^req-/);
  });
});

describe('lines', () => {
  it('carry the number of the request they belong to, also after waiting', async () => {
    const { log, lines } = capture();
    await Promise.all(
      ['a', 'b'].map((id) =>
        runWithRequestId(id, async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          log.info({ expected: id }, 'later');
        }),
      ),
    );
    log.info('outside');
    expect(lines().map((line) => [line['requestId'], line['expected']])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      [undefined, undefined],
    ]);
  });

  it('are readable in a terminal', () => {
    const out: string[] = [];
    const log = createLog({ level: 'info', destination: readableLines({ write: (text) => out.push(text) }) });
    log.child({ part: 'http' }).info({ status: 200 }, 'answered');
    log.debug('not asked for');
    expect(out.join('')).toMatch(/^\d\d:\d\d:\d\d info {2}http answered status=200\n$/);
  });
});

describe('an error', () => {
  it.each([
    [parseFailure(`{"a": "${personal.name}" ${personal.given}}`), 'what was given could not be parsed'],
    [new Error('wrapped', { cause: parseFailure(`"${personal.given}`) }), 'wrapped'],
    [new AppError('invalid', 'x.wrong', 'The field "status" is missing.'), 'The field "status" is missing.'],
    ['thrown text', 'something that is no error was thrown'],
  ])('%s', (thrown, message) => {
    const described = describeError(thrown);
    expect(described.message).toBe(message);
    expectNothingPersonal(JSON.stringify(described));
  });

  it('keeps its causes and frames', () => {
    const described = describeError(new Error('outer', { cause: new TypeError('inner') }));
    expect(described).toMatchObject({
      type: 'Error',
      message: 'outer',
      cause: { type: 'TypeError', message: 'inner' },
    });
    expect(described.stack).toMatch(/^at .*log\.test\.ts/);
  });
});

describe('progress', () => {
  it('is one line per step where there is no terminal', () => {
    const out: string[] = [];
    const progress = createProgress({ write: (text) => out.push(text) });
    progress.tell('First …');
    progress.tell('Second …');
    progress.end('Done.');
    expect(out.join('')).toBe('First …\nSecond …\nDone.\n');
  });

  it('redraws the present step in a terminal and keeps finished ones', () => {
    const out: string[] = [];
    const progress = createProgress({ isTTY: true, write: (text) => out.push(text) });
    progress.tell('First …');
    progress.end();
    expect(out.at(-1)).toBe('\r\u001b[2K✓ First …\n');
  });
});
