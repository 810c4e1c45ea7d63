import { AppError } from '#platform/errors';
import { type Resource, stringifyJson } from '#platform/fhir';
import type { Operation, OperationAnswer, OperationCall } from '#platform/rest';
import { beginEarly } from './begin-early.ts';
import { runsInTurn } from './bounded-runs.ts';
import { operationRefusal } from './errors.ts';
import { type FoundView, findPatientsOf, findView } from './find-stored.ts';
import { type Format, formats, mediaTypes, writeRows } from './formats.ts';
import { noteRun } from './note-run.ts';
import { parseView } from './parse-view.ts';
import { runView } from './run-view.ts';
import { givenSource, type RecordFilter, recordSource } from './sources.ts';
import type { View } from './view-tree.ts';

/**
 * `$viewdefinition-run` of SQL on FHIR 2. ViewDefinition is no type of R4, where the specification has the operation for
 * the whole record alone; a stored definition is the content of a Binary. Each such operation bounds its own runs.
 */
export function viewDefinitionRun(): Operation {
  const takeTurn = runsInTurn();
  return {
    name: 'viewdefinition-run',
    title: 'ViewDefinition Run',
    description:
      'Gives the rows of a view over the record, or over resources that come with the call, as JSON, NDJSON or CSV. The definition comes with the call (viewResource) or is the content of a stored Binary (viewReference: Binary/[id]).',
    definition: 'https://sql-on-fhir.org/ig/OperationDefinition/ViewDefinitionRun',
    levels: ['system'],
    affectsState: false,
    ownForms: true,
    parameters: [
      { name: '_format', type: 'code', documentation: `${formats.join(', ')}; else what Accept names.` },
      { name: 'header', type: 'boolean', documentation: 'Whether CSV begins with the names of the columns; it does.' },
      { name: 'viewReference', type: 'Reference', documentation: 'A Binary that holds the ViewDefinition as JSON.' },
      { name: 'viewResource', type: 'Resource', documentation: 'The ViewDefinition.' },
      { name: 'patient', type: 'Reference', documentation: 'Only resources in the compartment of this patient.' },
      {
        name: 'group',
        type: 'Reference',
        max: '*',
        documentation: 'Only resources in the compartments of the members.',
      },
      { name: 'resource', type: 'Resource', max: '*', documentation: 'Resources to run over in place of the record.' },
      { name: '_limit', type: 'integer', documentation: 'Most rows.' },
      { name: '_since', type: 'instant', documentation: 'Only resources changed after this instant.' },
    ],
    results: [{ name: 'return', type: 'Binary', min: 1, documentation: 'The rows.' }],
    run: (call) => run(call, takeTurn),
  };
}

async function run(call: OperationCall, takeTurn: ReturnType<typeof runsInTurn>): Promise<OperationAnswer> {
  const { service, request, parameters, baseUrl } = call;
  const format = formatOf(call);
  const { definition, noted } = await definitionOf(call);
  const view = parseView(definition);
  const { resources, filter, asked, notedGroups } = await narrow(call);
  const limit = limitOf(parameters.number('_limit'));
  const source = resources === undefined ? recordSource(view.resource, filter) : givenSource(view.resource, resources);
  const { columns, batches } = runView(service.store.sql, view, source, {
    baseUrl: service.store.baseUrl ?? baseUrl,
    ...(limit === undefined ? {} : { limit }),
  });
  if (resources === undefined) {
    const actor = { ...(await service.actorOf(request)), requestId: request.id };
    await noteRun(service.store.sql, { actor, view, definition, filters: { ...asked, _limit: limit }, format });
  }
  return {
    contentType: mediaTypes[format],
    body: await beginEarly(
      takeTurn(request.raw, writeRows(format, columns, batches, parameters.flag('header') ?? true)),
    ),
    noted: [...noted, ...notedGroups, ...(resources === undefined ? [runOf(view, filter)] : [])],
  };
}

/** A run over the record; views.run has the rest of it. */
function runOf({ resource }: View, { patients = [] }: RecordFilter): OperationAnswer['noted'][number] {
  const [patient, ...others] = patients;
  const isOfOne = patient !== undefined && others.length === 0;
  return { action: '$viewdefinition-run', type: resource, ...(isOfOne ? { patient } : {}) };
}

/** `_format`, else the first form of `Accept` there is; JSON where neither says. */
function formatOf({ parameters, request }: OperationCall): Format {
  const named = parameters.text('_format');
  if (named !== undefined) {
    const found = formats.find((each) => each === named || mediaTypes[each].startsWith(`${named};`));
    if (!found) {
      const reason = named === 'parquet' ? ' Parquet needs a writer of its own, which this server does not have.' : '';
      throw operationRefusal('_format', `_format: ${formats.join(', ')} are supported.${reason}`, 'not-supported');
    }
    return found;
  }
  const accepted = (request.headers.accept ?? '*/*').split(',').map((each) => each.split(';')[0]?.trim() ?? '');
  const found = accepted.flatMap(formatsOfType)[0];
  if (!found) {
    const text = `The rows of a view are answered as ${Object.values(mediaTypes).join(', ')}.`;
    throw new AppError('notAcceptable', 'views.not-acceptable', text);
  }
  return found;
}

function formatsOfType(type: string): Format[] {
  if (['*/*', 'application/*', 'application/fhir+json', 'text/html'].includes(type)) {
    return ['json'];
  }
  return type === 'application/ndjson' || type === 'application/fhir+ndjson'
    ? ['ndjson']
    : formats.filter((each) => mediaTypes[each].startsWith(`${type};`));
}

async function definitionOf({ service, parameters, baseUrl }: OperationCall): Promise<FoundView> {
  const [reference] = parameters.objects('viewReference');
  const resource = parameters.resource('viewResource');
  if ((reference === undefined) === (resource === undefined)) {
    throw operationRefusal('viewResource', 'One of viewResource and viewReference is required.', 'required');
  }
  return resource ? { definition: resource, noted: [] } : findView(service.store, baseUrl, reference ?? {});
}

type Narrowed = {
  /** Text of the resources that came with the call, where some did. */
  readonly resources: string | undefined;
  readonly filter: RecordFilter;
  /** The filters as they were asked. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly notedGroups: OperationAnswer['noted'];
};

async function narrow({ service, parameters, baseUrl }: OperationCall): Promise<Narrowed> {
  const given: readonly Resource[] = parameters.objects('resource') as Resource[]; // as: the definition wants resources
  const patients = parameters.objects('patient');
  const groups = parameters.objects('group');
  const since = parameters.text('_since');
  if (given.length > 0 && (patients.length > 0 || groups.length > 0 || since !== undefined)) {
    const text = 'patient, group and _since narrow the record; they do not go with resources that come with the call.';
    throw operationRefusal('resource', text, 'invalid');
  }
  const found = await findPatientsOf(service.store, baseUrl, patients, groups);
  return {
    resources: given.length > 0 ? stringifyJson(given) : undefined,
    filter: {
      ...(found.patients === undefined ? {} : { patients: found.patients }),
      ...(since === undefined ? {} : { since }),
    },
    asked: { patient: patients, group: groups, _since: since },
    notedGroups: found.noted,
  };
}

function limitOf(limit: number | undefined): number | undefined {
  if (limit !== undefined && limit < 0) {
    throw operationRefusal('_limit', '_limit: a number of rows is wanted, 0 or more.', 'value');
  }
  return limit;
}
