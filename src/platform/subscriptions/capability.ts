import type { CapabilityAdditions } from '#platform/rest';
import type { Sql } from '#platform/store';
import { websocketUrl } from './operations/get-ws-binding-token.ts';
import { findTopics } from './topics/find-topics.ts';

const guide = 'http://hl7.org/fhir/uv/subscriptions-backport';

/** The statement of the guide that this part fulfils. */
export const fulfilledStatement = `${guide}/CapabilityStatement/backport-subscription-server-r4`;

/** What the CapabilityStatement says of subscriptions: the topics there are, where websockets connect. */
export async function describeSubscriptions(sql: Sql, baseUrl: string): Promise<CapabilityAdditions> {
  const topics = [...(await findTopics(sql)).keys()].sort();
  return {
    rest: {
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket',
          valueUri: websocketUrl(baseUrl),
        },
      ],
    },
    types: {
      Subscription: {
        extension: topics.map((valueCanonical) => ({
          url: `${guide}/StructureDefinition/capabilitystatement-subscriptiontopic-canonical`,
          valueCanonical,
        })),
        supportedProfile: [`${guide}/StructureDefinition/backport-subscription`],
      },
    },
  };
}
