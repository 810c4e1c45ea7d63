import { parseArgs } from 'node:util';
import { StartError } from '#platform/errors';
import { compartmentTarget, isStoredType, parseSearch, type SearchQuery, wholeRecord } from '#platform/search';
import { explainSearch } from '#platform/store';
import type { Command } from './command.ts';

const usageExitCode = 2;

const wrongUsage = (text: string): StartError => new StartError('cli.wrong-usage', usageExitCode, text);

function getStoredType(type: string): string {
  if (!isStoredType(type)) throw wrongUsage(`${type} is no resource type of FHIR R4 that can be stored.`);
  return type;
}

/** `Patient?name=x`, `Patient/1/Observation?code=x` or `?_type=…`, with or without the address of the server before it. */
export function readSearch(text: string): SearchQuery {
  const [path = '', ...rest] = text.replace(/^(?:https?:\/\/[^/]+)?\/?(?:fhir\/)?/, '').split('?');
  const parameters = new URLSearchParams(rest.join('?'));
  const [type = '', id, member, ...more] = path.split('/').filter((part) => part !== '');
  if (more.length > 0 || (id !== undefined && member === undefined)) {
    throw wrongUsage('A search looks like Patient?name=… or Patient/1/Observation?code=…');
  }
  if (type === '') return parseSearch(wholeRecord, parameters);
  const known = getStoredType(type);
  const target = id !== undefined && member !== undefined ? compartmentTarget(known, id, member) : known;
  return parseSearch(target, parameters);
}

export const explainCommand: Command = {
  name: 'explain',
  summary: 'show how the database answers a search',
  usage: [
    'vsis explain [--analyze] <search>',
    '',
    'Shows the statements of a FHIR search and the plan of each, as the database of the running program (or of the',
    'settings) would carry them out: vsis explain "Observation?subject=Patient/1&code=http://loinc.org|4548-4"',
    'Without --analyze nothing is read. With it the search is carried out, and times and rows are those that were; the',
    'resources are not shown. Plans repeat the values that are sought: mind where the output goes.',
  ].join('\n'),
  run: async (args, { openDatabase, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { analyze: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [search, ...others] = positionals;
    if (search === undefined || others.length > 0) {
      throw wrongUsage('One search is wanted, in quotation marks.');
    }
    const query = readSearch(search);
    const { sql } = await openDatabase();
    const statements = await explainSearch(sql, query, { analyze: values.analyze });
    for (const [at, { text, values: count, plan }] of statements.entries()) {
      print(`-- statement ${at + 1} of ${statements.length}, ${count} values`);
      print(text.replace(/\n\s*\n/g, '\n').trim());
      print('');
      for (const line of plan) print(line);
      print('');
    }
  },
};
