import pino from 'pino';
import { type BulkOptions, openBulk } from '#platform/bulk';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { type Answer, type FhirServer, type FhirServerOptions, startFhirServer } from './fhir-server.ts';
import { makeTempFolder } from './temp-folder.ts';

export type BulkServer = FhirServer & {
  readonly folder: string;
  /** Asks for a job and waits until it is done: the manifest. */
  readonly finished: (kickOff: Answer) => Promise<JsonObject>;
  /** The lines of all files of a manifest's list, parsed, in no order. */
  readonly lines: (manifest: JsonObject, list?: 'output' | 'deleted' | 'error') => Promise<JsonObject[]>;
};

const settings = { log: pino({ level: 'silent' }), keepMs: 3_600_000, pollMs: 100 };

/** The FHIR API with bulk export and import, over a database of its own. */
export async function startBulkServer(
  options: FhirServerOptions & { readonly bulk?: Partial<BulkOptions>; readonly folder?: string } = {},
): Promise<BulkServer> {
  const temporary = options.folder === undefined ? await makeTempFolder() : undefined;
  const folder = options.folder ?? temporary?.path ?? '';
  const server = await startFhirServer({
    ...options,
    part: (context) => openBulk({ ...settings, ...context, folder, ...options.bulk }),
  });
  return {
    ...server,
    folder,
    finished: (kickOff) => finished(server, kickOff),
    lines: (manifest, list = 'output') => readLines(server, manifest, list),
    close: async () => {
      await server.close();
      await temporary?.remove();
    },
  };
}

async function finished(server: FhirServer, kickOff: Answer): Promise<JsonObject> {
  const address = kickOff.headers.get('content-location');
  if (kickOff.status !== 202 || address === null) {
    throw new Error(`not accepted: ${kickOff.status} ${kickOff.text}`);
  }
  for (;;) {
    const status = await server.get(address);
    if (status.status === 200) {
      return status.body;
    }
    if (status.status !== 202) {
      throw new Error(`failed: ${status.status} ${status.text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function readLines(server: FhirServer, manifest: JsonObject, list: string): Promise<JsonObject[]> {
  const files = manifest[list];
  const lines: JsonObject[] = [];
  for (const file of Array.isArray(files) ? files.filter(isJsonObject) : []) {
    const { text } = await server.get(String(file['url']));
    const parsed = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as JsonObject); // as: lines of NDJSON are resources
    if (parsed.length !== file['count']) {
      throw new Error(`${String(file['url'])} has ${parsed.length} lines instead of ${String(file['count'])}`);
    }
    lines.push(...parsed);
  }
  return lines;
}
