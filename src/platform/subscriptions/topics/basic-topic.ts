import { isJsonObject, type JsonObject } from '#platform/fhir';

/**
 * A SubscriptionTopic in R4 is a Basic with extensions named after the elements of R5 (backport guide, "Subscription
 * Topics in R4"). Both the numbers 5.0 and 4.3 are in use in the names of the extensions.
 */
const extensionName =
  /^http:\/\/hl7\.org\/fhir\/(?:5\.0|4\.3)\/StructureDefinition\/extension-SubscriptionTopic\.(\w+)$/;
const codeSystem = 'http://hl7.org/fhir/fhir-types';

/** The search that finds all topics in the record. */
export const topicSearch: readonly (readonly [string, string])[] = [
  ['code', `${codeSystem}|SubscriptionTopic`],
  ['_count', '1000'],
];

export function isBasicTopic(resource: JsonObject): boolean {
  const code = isJsonObject(resource['code']) ? resource['code'] : {};
  const codings = Array.isArray(code['coding']) ? code['coding'].filter(isJsonObject) : [];
  return (
    resource['resourceType'] === 'Basic' &&
    codings.some((each) => each['system'] === codeSystem && each['code'] === 'SubscriptionTopic')
  );
}

/** Elements that may be there more than once. */
const lists = new Set([
  'resourceTrigger',
  'eventTrigger',
  'canFilterBy',
  'notificationShape',
  'supportedInteraction',
  'comparator',
  'modifier',
  'include',
  'revInclude',
]);

/** The topic within a Basic, in the form of R5. */
export function topicOfBasic(basic: JsonObject): JsonObject {
  const elements = [...extensionsOf(basic['extension']), ...extensionsOf(basic['modifierExtension'])].flatMap(
    (each) => {
      const name = extensionName.exec(String(each['url']))?.[1];
      return name === undefined ? [] : [[name, valueOf(each)] as const];
    },
  );
  return { resourceType: 'SubscriptionTopic', ...toObject(elements) };
}

/** A topic in the form of R5 as a Basic. */
export function basicOfTopic(topic: JsonObject): JsonObject {
  const { resourceType: _type, status, ...elements } = topic;
  const name = (element: string): string =>
    `http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.${element}`;
  return {
    resourceType: 'Basic',
    modifierExtension: [{ url: name('status'), valueCode: status }],
    extension: toExtensions(elements, name),
    code: { coding: [{ system: codeSystem, code: 'SubscriptionTopic' }] },
  };
}

function valueOf(extension: JsonObject): unknown {
  const inner = extensionsOf(extension['extension']);
  if (inner.length > 0) {
    return toObject(inner.map((each) => [String(each['url']), valueOf(each)]));
  }
  return Object.entries(extension).find(([name]) => name.startsWith('value'))?.[1];
}

function toObject(elements: readonly (readonly [string, unknown])[]): JsonObject {
  const object: Record<string, unknown> = {};
  for (const [name, value] of elements) {
    const known = object[name];
    object[name] = lists.has(name) ? [...(Array.isArray(known) ? known : []), value] : value;
  }
  return object;
}

const types: Readonly<Record<string, string>> = {
  url: 'valueUri',
  description: 'valueMarkdown',
  resource: 'valueUri',
  supportedInteraction: 'valueCode',
  resultForCreate: 'valueCode',
  resultForDelete: 'valueCode',
  comparator: 'valueCode',
  modifier: 'valueCode',
  requireBoth: 'valueBoolean',
};

function toExtensions(object: JsonObject, nameOf: (element: string) => string = (element) => element): JsonObject[] {
  return Object.entries(object).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((each) =>
        isJsonObject(each)
          ? { url: nameOf(name), extension: toExtensions(each) }
          : { url: nameOf(name), [types[name] ?? 'valueString']: each },
      ),
  );
}

function extensionsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
