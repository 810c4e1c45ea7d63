import { parseJson, type Resource, resourceToXml } from '#platform/fhir';
import { refusal } from './errors.ts';

/** The form in which resources are sent; `type` is the media type as the subscription has it. */
export type Payload = { readonly type: string; readonly format: 'json' | 'xml' };

const formats: Readonly<Record<string, Payload['format']>> = {
  'application/fhir+json': 'json',
  'application/json': 'json',
  'application/fhir+xml': 'xml',
  'application/xml': 'xml',
};

/** Reads `channel.payload`; another version of FHIR than R4 is refused. */
export function readPayload(text: string | undefined): Payload | undefined {
  if (text === undefined) {
    return undefined;
  }
  const [type = '', ...parameters] = text.split(';').map((each) => each.trim());
  const format = formats[type.toLowerCase()];
  const place = 'Subscription.channel.payload';
  if (!format) {
    throw refusal(place, 'The payload is application/fhir+json or application/fhir+xml.', 'not-supported');
  }
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter
      .toLowerCase()
      .split('=')
      .map((each) => each.trim().replaceAll('"', ''));
    const isKnown =
      (name === 'fhirversion' && /^4\.0(?:\.1)?$/.test(value)) || (name === 'charset' && value === 'utf-8');
    if (!isKnown) {
      throw refusal(place, 'Notifications are sent in FHIR 4.0 and UTF-8 alone.', 'not-supported');
    }
  }
  return { type: text, format };
}

/** A resource, given as JSON text, in the form of the payload. */
export function inFormat({ format }: Payload, json: string): string {
  return format === 'json' ? json : resourceToXml(parseJson(json) as Resource); // as: the text is a resource of ours
}
