import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { type Answer, type FhirServer, startFhirServer } from '../../../test/support/fhir-server.ts';
import { viewDefinitionRun } from './view-operation.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer({ operations: [viewDefinitionRun()] });
  for (const [id, family, value] of [
    ['ada', 'Əliyeva', '1.10'],
    ['bo', '=cmd()', '20'],
    ['cy', 'Quliyev, "C"', '-3.0'],
  ]) {
    await server.put(`Patient/${id}`, { resourceType: 'Patient', id, name: [{ family, given: ['A', 'B'] }] });
    await server.put(`Observation/o-${id}`, observation(id ?? '', value ?? ''));
  }
  await server.put('Group/g', {
    resourceType: 'Group',
    id: 'g',
    type: 'person',
    actual: true,
    member: [
      { entity: { reference: 'Patient/ada' } },
      { entity: { reference: 'Patient/bo' }, inactive: true },
      { entity: { reference: 'Practitioner/x' } },
      { entity: { reference: 'Patient/cy' } },
    ],
  });
});
afterAll(() => server.close());

/** As text, so that the value keeps its digits. */
function observation(patient: string, value: string): string {
  return `{"resourceType":"Observation","id":"o-${patient}","status":"final","code":{"text":"x"},
    "subject":{"reference":"Patient/${patient}"},"valueQuantity":{"value":${value}}}`;
}

const names = {
  resourceType: 'ViewDefinition',
  name: 'names',
  status: 'active',
  resource: 'Patient',
  select: [
    {
      column: [
        { name: 'id', path: 'getResourceKey()' },
        { name: 'family', path: 'name.family' },
        { name: 'given', path: 'name.given', collection: true },
        { name: 'gender', path: 'gender' },
      ],
    },
  ],
};
const values = {
  resourceType: 'ViewDefinition',
  status: 'active',
  resource: 'Observation',
  select: [
    {
      column: [
        { name: 'patient', path: 'subject.getReferenceKey(Patient)' },
        { name: 'value', path: 'value.ofType(Quantity).value' },
      ],
    },
  ],
};

type Parameter = JsonObject & { readonly name: string };

async function run(view: JsonObject | undefined, parameters: readonly Parameter[] = [], headers = {}): Promise<Answer> {
  const parameter = [...(view ? [{ name: 'viewResource', resource: view }] : []), ...parameters];
  return server.post('$viewdefinition-run', { resourceType: 'Parameters', parameter }, headers);
}

const format = (code: string): Parameter => ({ name: '_format', valueCode: code });

async function trail(): Promise<readonly Record<string, unknown>[]> {
  return server.database.ownerSql`
    select actor, action, type, id, patient, request_id from audit.entry where action = '$viewdefinition-run' or type = 'Binary' and action = 'R'
    order by seq desc limit 5`;
}

describe('$viewdefinition-run', () => {
  it('answers JSON, with the digits of decimals', async () => {
    const { status, headers, text } = await run(values);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(text).toBe('[{"patient":"ada","value":1.10},\n{"patient":"bo","value":20},\n{"patient":"cy","value":-3.0}]');
    expect(
      (await run({ ...values, resource: 'Device', select: [{ column: [{ name: 'id', path: 'id' }] }] })).text,
    ).toBe('[]');
  });

  it('answers NDJSON', async () => {
    const { headers, text } = await run(names, [format('ndjson')]);
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: 'ada', family: 'Əliyeva', given: ['A', 'B'], gender: null },
      { id: 'bo', family: '=cmd()', given: ['A', 'B'], gender: null },
      { id: 'cy', family: 'Quliyev, "C"', given: ['A', 'B'], gender: null },
    ]);
  });

  it('answers CSV that no spreadsheet takes for formulas', async () => {
    const { headers, text } = await run(names, [format('csv')]);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(text).toBe(
      [
        'id,family,given,gender',
        'ada,Əliyeva,"[""A"", ""B""]",',
        `bo,'=cmd(),"[""A"", ""B""]",`,
        'cy,"Quliyev, ""C""","[""A"", ""B""]",',
        '',
      ].join('\r\n'),
    );
    expect((await run(values, [format('csv'), { name: 'header', valueBoolean: false }])).text).toBe(
      'ada,1.10\r\nbo,20\r\ncy,-3.0\r\n',
    );
    expect((await run({ ...names, where: [{ path: 'false' }] }, [format('csv')])).text).toBe(
      'id,family,given,gender\r\n',
    );
  });

  it.each([
    ['text/csv', 'text/csv; charset=utf-8'],
    ['application/x-ndjson', 'application/x-ndjson; charset=utf-8'],
    ['application/parquet, application/json;q=0.5', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ])('heeds Accept: %s', async (accept, expected) => {
    expect((await run(values, [], { Accept: accept })).headers.get('content-type')).toBe(expected);
  });

  it('runs a definition that is the content of a Binary', async () => {
    const data = Buffer.from(JSON.stringify(values)).toString('base64');
    await server.put('Binary/v', { resourceType: 'Binary', id: 'v', contentType: 'application/json', data });
    const { text } = await server.get(
      '$viewdefinition-run?viewReference=Binary/v&_format=csv&patient=Patient/bo&header=false',
    );
    expect(text).toBe('bo,20\r\n');
    expect((await server.get('$viewdefinition-run?viewReference=Binary/none')).status).toBe(404);
    expect((await server.get('$viewdefinition-run?viewReference=Patient/ada')).status).toBe(400);
    const [read] = (await trail()).filter(({ action }) => action === 'R');
    expect(read).toMatchObject({ actor: 'tester', type: 'Binary', id: 'v' });
  });

  it('keeps to a patient, to the members of a group, to what is newer and to a number of rows', async () => {
    const rows = async (...parameters: Parameter[]) =>
      JSON.parse((await run(values, parameters)).text).map(({ patient }: JsonObject) => patient);
    const patient = { name: 'patient', valueReference: { reference: 'Patient/cy' } };
    const group = { name: 'group', valueReference: { reference: 'Group/g' } };
    expect(await rows(patient)).toEqual(['cy']);
    expect(await rows(group)).toEqual(['ada', 'cy']);
    expect(await rows(group, patient)).toEqual(['cy']);
    expect(await rows({ name: '_limit', valueInteger: 2 })).toEqual(['ada', 'bo']);
    expect(await rows({ name: '_limit', valueInteger: 0 })).toEqual([]);
    expect(await rows({ name: '_since', valueInstant: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect(await rows({ name: '_since', valueInstant: '2020-01-01T00:00:00Z' })).toHaveLength(3);
    expect(JSON.parse((await run(names, [patient])).text)).toMatchObject([{ id: 'cy' }]);
  });

  it('runs over resources that come with the call, and records none of the record', async () => {
    const before = await trail();
    const resource = [
      { name: 'resource', resource: { resourceType: 'Patient', id: 'given', name: [{ family: 'G' }] } },
      { name: 'resource', resource: { resourceType: 'Device', id: 'other' } },
    ];
    expect(JSON.parse((await run(names, resource)).text)).toEqual([
      { id: 'given', family: 'G', given: [], gender: null },
    ]);
    expect(await trail()).toEqual(before);
  });

  it('leaves a record of who ran what over whom', async () => {
    const answer = await run(names, [{ name: 'patient', valueReference: { reference: 'Patient/ada' } }, format('csv')]);
    expect(answer.status).toBe(200);
    const [entry] = await trail();
    expect(entry).toMatchObject({ actor: 'tester', action: '$viewdefinition-run', type: 'Patient', patient: 'ada' });
    const [kept] = await server.database.ownerSql`
      select * from views.run where request_id = ${String(entry?.['request_id'])}`;
    expect(kept).toMatchObject({
      actor: 'tester',
      resource_type: 'Patient',
      name: 'names',
      format: 'csv',
      filters: { patient: [{ reference: 'Patient/ada' }] },
    });
    expect(JSON.parse(String(kept?.['definition']))).toEqual(names);
    await expect(server.database.sql`delete from views.run`).rejects.toThrow(/permission denied/);
  });

  it('shows nothing that is not recorded', async () => {
    await server.database.ownerSql`revoke insert on views.run from vsis_app`;
    try {
      const { status, text } = await run(names);
      expect(status).toBe(500);
      expect(text).not.toContain('Əliyeva');
    } finally {
      await server.database.ownerSql`grant insert on views.run to vsis_app`;
    }
  });

  it.each<[string, JsonObject | undefined, Parameter[], number, string]>([
    ['an invalid definition', { ...names, select: [] }, [], 422, 'ViewDefinition.select'],
    [
      'an element that is not there',
      { ...names, where: [{ path: 'nmae.exists()' }] },
      [],
      422,
      'ViewDefinition.where[0].path',
    ],
    ['no definition', undefined, [], 400, 'http.viewResource'],
    [
      'two definitions',
      names,
      [{ name: 'viewReference', valueReference: { reference: 'Binary/v' } }],
      400,
      'http.viewResource',
    ],
    ['Parquet', names, [format('parquet')], 400, 'http._format'],
    [
      'a patient who is not there',
      names,
      [{ name: 'patient', valueReference: { reference: 'Patient/none' } }],
      400,
      'http.patient',
    ],
    [
      'a group that is not there',
      names,
      [{ name: 'group', valueReference: { reference: 'Group/none' } }],
      400,
      'http.group',
    ],
    ['a negative limit', names, [{ name: '_limit', valueInteger: -1 }], 400, 'http._limit'],
    [
      'a source elsewhere',
      names,
      [{ name: 'source', valueString: 's3://bucket' }],
      400,
      'Parameters.parameter[1].valueString',
    ],
    [
      'resources beside a patient',
      names,
      [
        { name: 'resource', resource: { resourceType: 'Patient' } },
        { name: 'patient', valueReference: { reference: 'Patient/ada' } },
      ],
      400,
      'http.resource',
    ],
  ])('refuses %s', async (_, view, parameters, status, place) => {
    const answer = await run(view, parameters);
    const [issue] = Array.isArray(answer.body['issue']) ? answer.body['issue'].filter(isJsonObject) : [];
    expect([answer.status, issue?.['expression']]).toEqual([status, [place]]);
  });

  it('refuses with the reason what a resource does not allow, plain or compressed', async () => {
    const several = { ...names, select: [{ column: [{ name: 'given', path: 'name.given' }] }] };
    for (const headers of [{ 'Accept-Encoding': 'identity' }, { 'Accept-Encoding': 'gzip' }]) {
      const { status, text } = await run(several, [], headers);
      expect(status).toBe(422);
      expect(text).toContain('select[0].column[0].path comes to several values');
    }
  });

  it('refuses a client that wants none of its forms', async () => {
    expect((await run(names, [], { Accept: 'application/parquet' })).status).toBe(406);
  });

  it('ends with its reader, in the database too', async () => {
    const many = Array.from({ length: 30 }, (_, at) => String(at)).join(' | ');
    const multiplied = (name: string) => ({ forEach: `(${many})`, column: [{ name, path: '$this' }] });
    const endless = {
      ...names,
      select: [{ column: [{ name: 'id', path: 'id' }] }, ...['a', 'b', 'c', 'd'].map(multiplied)],
    };
    const parameter = [{ name: 'viewResource', resource: endless }, format('csv')];
    for (let at = 0; at < 4; at += 1) {
      const reader = new AbortController();
      const answer = await fetch(`${server.baseUrl}/$viewdefinition-run`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify({ resourceType: 'Parameters', parameter }),
        signal: reader.signal,
      });
      expect(answer.status).toBe(200);
      await answer.body?.getReader().read();
      reader.abort();
      await vi.waitFor(async () => expect(await runningViews()).toBe(0), { timeout: 10_000, interval: 50 });
    }
  });

  async function runningViews(): Promise<number> {
    const [row] = await server.database.ownerSql<{ count: number }[]>`
      select count(*) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null`;
    return row?.count ?? 0;
  }

  it('gives its connection back whatever becomes of the answer', async () => {
    const several = { ...names, select: [{ column: [{ name: 'given', path: 'name.given' }] }] };
    const inBatch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        {
          request: { method: 'POST', url: '$viewdefinition-run' },
          resource: { resourceType: 'Parameters', parameter: [{ name: 'viewResource', resource: names }] },
        },
      ],
    };
    await server.database.ownerSql`revoke insert on audit.entry from vsis_app`;
    for (let at = 0; at < 4; at += 1) {
      expect((await run(names)).status).toBe(500);
    }
    await server.database.ownerSql`grant insert on audit.entry to vsis_app`;
    for (let at = 0; at < 4; at += 1) {
      await run(several);
      await run(names, [{ name: '_limit', valueInteger: 1 }]);
      expect(JSON.stringify((await server.post('', inBatch)).body)).toContain('rest.no-resource-answer');
    }
    expect((await run(names)).status).toBe(200);
  });
});
