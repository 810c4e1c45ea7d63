import type { Issue } from '#platform/errors';
import { reduceContent } from '#platform/rest';
import type { Deletion, ExportedRow } from '#platform/store';
import type { ExportPlan } from './export-plan.ts';

/** The line of a resource: the text as stored, or the elements that are wanted of it. */
export function toLine({ elements, baseUrl }: ExportPlan, { type, content }: ExportedRow): string {
  const text = elements.length === 0 ? content : reduceContent(type, content, { summary: 'false', elements });
  return text.includes('"url":"Binary/') ? withAbsoluteUrls(text, baseUrl) : text;
}

/** Bulk Data Access 2.0, Attachments: the address of an attachment must mean something outside of the record. */
function withAbsoluteUrls(text: string, baseUrl: string): string {
  return text.replaceAll(/"url":"(Binary\/[A-Za-z0-9\-.]{1,64})"/g, `"url":"${baseUrl}/$1"`);
}

/** Bulk Data Access 2.0, manifest.deleted: transactions whose entries say what is gone. */
export function deletionBundle(deletions: readonly Deletion[]): string {
  const entry = deletions.map(({ type, id }) => ({ request: { method: 'DELETE', url: `${type}/${id}` } }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
}

export function remarkLine({ severity, code, text, expression }: Issue): string {
  const issue = {
    severity,
    code,
    diagnostics: text,
    ...(expression === undefined ? {} : { expression: [expression] }),
  };
  return JSON.stringify({ resourceType: 'OperationOutcome', issue: [issue] });
}
