import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { chartBundle, chartShape, chartSize } from './chart-bundle.ts';
import { organizationPayload, type Payload, practitionerPayload } from './payloads.ts';

/** What was written, by which a server can be held to have taken all of it. */
export type BulkFiles = {
  readonly resources: number;
  readonly patients: number;
  readonly observationsOfOne: { readonly search: string; readonly total: number };
};

const performers = { practitioner: 'Practitioner/bulk-practitioner', organization: 'Organization/bulk-organization' };
const bufferedCharacters = 1 << 20;

/**
 * Writes NDJSON as another server's bulk export has it: a file a type, resources with ids of that server. `wanted` is
 * rounded up to whole charts of 100 resources, of which `firstChart` is the first: further files for the same server go on
 * behind the last.
 */
export function writeBulkFiles(folder: string, wanted: number, firstChart = 0): BulkFiles {
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, LineFile>();
  const write = (line: string, type: string): void => {
    const file = files.get(type) ?? new LineFile(join(folder, `${type}.ndjson`));
    files.set(type, file);
    file.add(line);
  };
  const charts = Math.ceil(wanted / chartSize);
  [practitionerPayload, organizationPayload].forEach((each) => {
    const { resourceType, ...rest } = each;
    write(JSON.stringify({ resourceType, id: `bulk-${resourceType.toLowerCase()}`, ...rest }), resourceType);
  });
  for (let chart = firstChart; chart < firstChart + charts; chart += 1) {
    linesOfChart(chart).forEach(({ type, line }) => write(line, type));
  }
  files.forEach((file) => file.close());
  return {
    resources: charts * chartSize + 2,
    patients: charts * chartShape.Patient,
    observationsOfOne: { search: `Observation?subject=Patient/bulk-${firstChart}-0`, total: chartShape.Observation },
  };
}

/** The resources of a chart under ids of their own, referring to each other by them. */
function linesOfChart(chart: number): { readonly type: string; readonly line: string }[] {
  const entries = chartBundle({ tag: 'bulk', number: chart }, performers)['entry'] as readonly Entry[]; // as: it makes them so
  const ids = entries.map((_, at) => `bulk-${chart}-${at}`);
  const addresses = new Map(
    entries.map(({ fullUrl, resource }, at) => [fullUrl, `${resource.resourceType}/${ids[at]}`]),
  );
  return entries.map(({ resource: { resourceType, ...rest } }, at) => {
    const text = JSON.stringify({ resourceType, id: ids[at], ...rest });
    return { type: resourceType, line: text.replace(/urn:uuid:[0-9a-f-]{36}/g, (url) => addresses.get(url) ?? url) };
  });
}

type Entry = { readonly fullUrl: string; readonly resource: Payload };

class LineFile {
  readonly #file: number;
  #pending = '';

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(line: string): void {
    this.#pending += `${line}\n`;
    if (this.#pending.length > bufferedCharacters) {
      this.#flush();
    }
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#pending);
    this.#pending = '';
  }
}
