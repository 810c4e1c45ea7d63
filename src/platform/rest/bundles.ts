import { randomUUID } from 'node:crypto';
import type { SearchQuery } from '#platform/search';
import { type HistoryPage, includedAtMost, type SearchPage, type StoredVersion } from '#platform/store';
import { etag } from './answers.ts';
import { reduceContent } from './reduce-content.ts';

/**
 * A searchset as text: stored resources are put in as they are. Parameters that were left out are named in an
 * OperationOutcome entry, and not in the self link.
 */
export function searchBundle(
  query: SearchQuery,
  page: SearchPage,
  included: readonly StoredVersion[],
  baseUrl: string,
): string {
  const entries = [
    ...page.matches.map((each) => searchEntry(each, 'match', query, baseUrl)),
    ...included.map((each) => searchEntry(each, 'include', query, baseUrl)),
    ...(query.ignored.length > 0
      ? [outcomeEntry('not-supported', `Left out, since this server does not know them: ${query.ignored.join(', ')}`)]
      : []),
    ...(included.length >= includedAtMost
      ? [
          outcomeEntry(
            'too-costly',
            `Only the first ${includedAtMost} included resources are here; ask for fewer matches.`,
          ),
        ]
      : []),
  ];
  const links = [link('self', searchUrl(query, baseUrl))];
  if (page.next !== undefined) {
    links.push(link('next', searchUrl(query, baseUrl, page.next)));
  }
  return bundle('searchset', page.total, links, entries);
}

/** What an operation found, as a searchset without pages. */
export function foundBundle(entries: readonly string[], self: string, total = entries.length): string {
  return bundle('searchset', total, [link('self', self)], entries);
}

/** A stored resource as an entry of a searchset; `search` is its element of that name. */
export function foundEntry({ type, id, content }: StoredVersion, search: object, baseUrl: string): string {
  return `{"fullUrl":${JSON.stringify(`${baseUrl}/${type}/${id}`)},"resource":${content},"search":${JSON.stringify(search)}}`;
}

function searchEntry(version: StoredVersion, mode: string, query: SearchQuery, baseUrl: string): string {
  const content = reduceContent(version.type, version.content ?? '', query);
  return `{"fullUrl":${JSON.stringify(`${baseUrl}/${version.type}/${version.id}`)},"resource":${content},"search":{"mode":"${mode}"}}`;
}

function outcomeEntry(code: string, text: string): string {
  const issue = [{ severity: 'warning', code, diagnostics: text }];
  return JSON.stringify({ resource: { resourceType: 'OperationOutcome', issue }, search: { mode: 'outcome' } });
}

function searchUrl(query: SearchQuery, baseUrl: string, cursor?: string): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of query.applied) {
    if (name !== '_cursor' || cursor === undefined) {
      parameters.append(name, value);
    }
  }
  if (cursor !== undefined) {
    parameters.append('_cursor', cursor);
  }
  const text = parameters.toString();
  const address = query.path === '' ? baseUrl : `${baseUrl}/${query.path}`;
  return text === '' ? address : `${address}?${text}`;
}

function link(relation: string, url: string): string {
  return JSON.stringify({ relation, url });
}

function bundle(type: string, total: number | undefined, links: readonly string[], entries: readonly string[]): string {
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","type":"${type}"`;
  const counted = total === undefined ? '' : `,"total":${total}`;
  const content = entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`;
  return `${head}${counted},"link":[${links.join(',')}]${content}}`;
}

/** A page of history as text. `url` is the address of the history without paging. */
export function historyBundle(page: HistoryPage, url: string, parameters: URLSearchParams, baseUrl: string): string {
  const entries = page.versions.map((each) => historyEntry(each, baseUrl));
  const address = (position?: number): string => {
    const query = new URLSearchParams(parameters);
    query.delete('_cursor');
    if (position !== undefined) {
      query.set('_cursor', String(position));
    }
    const text = query.toString();
    return text === '' ? url : `${url}?${text}`;
  };
  const links = [link('self', address())];
  if (page.next !== undefined) {
    links.push(link('next', address(page.next)));
  }
  return bundle('history', page.total, links, entries);
}

function historyEntry({ type, id, version, updated, method, content }: StoredVersion, baseUrl: string): string {
  // FHIR has no word for what stands for erased versions; a deletion is what it means to a reader
  const interaction = method === 'ERASE' ? 'DELETE' : method;
  const request = { method: interaction, url: method === 'POST' ? type : `${type}/${id}` };
  const response = {
    status: interaction === 'DELETE' ? '204' : version === 1 ? '201' : '200',
    etag: etag(version),
    lastModified: new Date(updated).toISOString(),
  };
  const resource = content === null ? '' : `"resource":${content},`;
  const fullUrl = JSON.stringify(`${baseUrl}/${type}/${id}`);
  return `{"fullUrl":${fullUrl},${resource}"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`;
}
