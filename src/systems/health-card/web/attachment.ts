import type { Attachment } from '@medplum/fhirtypes';
import { AppError } from '#platform/errors';

/** The content of an attachment, read and sorted by how it may be shown. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'page'; readonly html: string }
  | { readonly kind: 'image'; readonly address: string }
  | { readonly kind: 'other'; readonly file: Blob };

/**
 * Reads an attachment, from within the record or from a Binary of the same record. Content on other servers is not
 * fetched: opening a card must not tell a stranger who looks at it.
 */
export async function readAttachment(attachment: Attachment, base: string, signal?: AbortSignal): Promise<Content> {
  const type = (attachment.contentType ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? '';
  const bytes =
    attachment.data === undefined ? await fetchContent(attachment.url, base, signal) : fromBase64(attachment.data);
  return sortContent(type, bytes);
}

function sortContent(type: string, bytes: Uint8Array<ArrayBuffer>): Content {
  const text = () => new TextDecoder().decode(bytes);
  if (type === 'text/html' || type === 'application/xhtml+xml') return { kind: 'page', html: text() };
  if (type.startsWith('text/') || type === 'application/json' || type === 'application/xml')
    return { kind: 'text', text: text() };
  // SVG may carry scripts; as an image it cannot run them, but nothing is lost by not showing it.
  if (type.startsWith('image/') && type !== 'image/svg+xml')
    return { kind: 'image', address: `data:${type};base64,${toBase64(bytes)}` };
  return { kind: 'other', file: new Blob([bytes], { type }) };
}

async function fetchContent(
  url: string | undefined,
  base: string,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const id = /(?:^|\/)Binary\/([A-Za-z0-9.-]{1,64})$/.exec(url ?? '')?.[1];
  if (id === undefined)
    throw new AppError('notFound', 'health-card.content-elsewhere', 'The content is not in this record');
  const response = await fetch(`${base}/Binary/${id}`, {
    headers: { accept: 'application/fhir+json' },
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) throw new AppError('notFound', 'health-card.content-missing', 'The content cannot be read');
  const body: unknown = await response.json();
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;
  return typeof data === 'string' ? fromBase64(data) : new Uint8Array();
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(data: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
}

/**
 * A page that can do nothing: the policy forbids scripts, forms, and every request, and the frame it is put into has no
 * rights either.
 */
export function harmlessPage(html: string): string {
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'";
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="color-scheme" content="light"><style>body{font-family:system-ui,sans-serif;line-height:1.5;margin:1rem;overflow-wrap:break-word}</style>${html}`;
}
