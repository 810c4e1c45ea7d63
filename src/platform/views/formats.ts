import type { ViewBatch } from './run-view.ts';

export const formats = ['json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

export const mediaTypes: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/** Writes the rows of a view, a piece of text for each batch. Nothing is written before the first batch is there. */
export function writeRows(
  format: Format,
  columns: readonly string[],
  batches: AsyncIterable<ViewBatch>,
  header = true,
): AsyncGenerator<string> {
  switch (format) {
    case 'json':
      return writeJson(columns, batches);
    case 'ndjson':
      return writeLines(batches, toObject(columns), '\n');
    case 'csv':
      return writeLines(batches, (row) => row.map(toCell).join(','), '\r\n', header ? [columns.join(',')] : []);
  }
}

type ToText = (row: ViewBatch['rows'][number]) => string;

/** A row as a JSON object; its values are the texts PostgreSQL gave, decimals with their digits. */
function toObject(columns: readonly string[]): ToText {
  const names = columns.map((name, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  return (row) => `${row.map((value, at) => `${names[at] ?? ''}${value ?? 'null'}`).join('')}}`;
}

async function* writeJson(columns: readonly string[], batches: AsyncIterable<ViewBatch>): AsyncGenerator<string> {
  const toText = toObject(columns);
  let before = '[';
  for await (const { rows } of batches) {
    if (rows.length > 0) {
      yield `${before}${rows.map(toText).join(',\n')}`;
      before = ',\n';
    }
  }
  yield before === '[' ? '[]' : ']';
}

async function* writeLines(
  batches: AsyncIterable<ViewBatch>,
  toText: ToText,
  end: string,
  head: readonly string[] = [],
): AsyncGenerator<string> {
  let first = head.map((line) => `${line}${end}`).join('');
  for await (const { rows } of batches) {
    yield `${first}${rows.map((row) => `${toText(row)}${end}`).join('')}`;
    first = '';
  }
  if (first !== '') {
    yield first;
  }
}

/**
 * A value as a cell (RFC 4180): texts as they are, lists and objects as JSON. A text that a spreadsheet would take for a
 * formula gets an apostrophe before it; numbers and telephone numbers are no formulas.
 */
function toCell(json: string | null): string {
  if (json === null) {
    return '';
  }
  if (!json.startsWith('"')) {
    return quoted(json);
  }
  const text = json.includes('\\') ? String(JSON.parse(json)) : json.slice(1, -1);
  const isFormula = /^[=@\t\r]/.test(text) || /^[+-](?![\d\s().-]*$)/.test(text);
  return quoted(isFormula ? `'${text}` : text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
