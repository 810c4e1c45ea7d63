import { AppError } from '#platform/errors';
import type { Operation, OperationCall } from '#platform/rest';
import type { Served } from '../subscription-store.ts';
import { issueBindingToken } from '../websocket/binding-tokens.ts';
import { websocketPath } from '../websocket/websocket-path.ts';
import { findSubscription, getSubscription } from './subscription-call.ts';

const subscriptionsAtMost = 100;

/** `$get-ws-binding-token` of the backport guide. */
export const getWsBindingToken: Operation = {
  name: 'get-ws-binding-token',
  title: 'Token to bind a websocket to subscriptions',
  description: 'A token, valid for 15 minutes, that a client sends over its websocket as `bind-with-token <token>`.',
  definition:
    'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-get-ws-binding-token',
  levels: ['type', 'instance'],
  types: ['Subscription'],
  affectsState: true,
  parameters: [
    {
      name: 'id',
      type: 'id',
      max: '*',
      documentation: 'Subscriptions the token is for. Not heeded where the operation is called on one.',
    },
  ],
  results: [
    { name: 'token', type: 'string', min: 1, documentation: 'The token.' },
    { name: 'expiration', type: 'dateTime', min: 1, documentation: 'When the token and what is bound with it end.' },
    { name: 'subscription', type: 'string', max: '*', documentation: 'Each subscription the token is for.' },
    { name: 'websocket-url', type: 'url', min: 1, documentation: 'Where to connect to.' },
  ],
  run: async (call) => {
    const wanted = call.level === 'instance' ? [await getSubscription(call)] : await findWanted(call);
    const other = wanted.find(({ channel }) => channel !== 'websocket');
    if (other) {
      throw refused(`Subscription/${other.id} is not served by websocket.`);
    }
    const { sql, now } = call.service.store;
    const ids = wanted.map(({ id }) => id);
    const { token, expires } = await issueBindingToken(sql, ids, now());
    const parameter = [
      { name: 'token', valueString: token },
      { name: 'expiration', valueDateTime: expires.toISOString() },
      ...ids.map((id) => ({ name: 'subscription', valueString: `${call.baseUrl}/Subscription/${id}` })),
      { name: 'websocket-url', valueUrl: websocketUrl(call.baseUrl) },
    ];
    return { body: JSON.stringify({ resourceType: 'Parameters', parameter }), noted: [] };
  },
};

/** Beside the FHIR API: `https://a/fhir` has its websocket at `wss://a/subscriptions/websocket`. */
export function websocketUrl(baseUrl: string): string {
  return `${baseUrl.replace(/^http/, 'ws').replace(/\/fhir$/, '')}${websocketPath}`;
}

async function findWanted({ service, parameters }: OperationCall): Promise<Served[]> {
  const ids = [...new Set(parameters.texts('id'))];
  if (ids.length === 0 || ids.length > subscriptionsAtMost) {
    throw refused(`Name 1 to ${subscriptionsAtMost} subscriptions by the parameter id.`);
  }
  return Promise.all(
    ids.map(async (id) => {
      const served = await findSubscription(service.store.sql, id);
      if (!served) {
        throw refused(`There is no Subscription with the id ${id}.`);
      }
      return served;
    }),
  );
}

function refused(text: string): AppError {
  return new AppError('ruleBroken', 'subscriptions.no-binding', text, {
    issues: [{ severity: 'error', code: 'business-rule', text, expression: 'http.id' }],
  });
}
