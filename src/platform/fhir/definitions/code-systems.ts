import { readGenerated } from './read-generated.ts';

/** A code system that R4 publishes completely. */
export type CodeSystemModel = {
  readonly isCaseSensitive: boolean;
  /** Display by code, in lower case where case does not matter. */
  readonly displays: ReadonlyMap<string, string>;
  /** Codes directly above a code; absent where there are none. */
  readonly parents: ReadonlyMap<string, readonly string[]>;
};

type CompiledCodeSystem = { i?: 1; c: Record<string, string>; p?: Record<string, string[]> };

let compiled: Record<string, CompiledCodeSystem> | undefined;
const models = new Map<string, CodeSystemModel>();

/** A complete R4, v2 or v3 code system by URL; the table is read when the first is asked for. */
export function findCodeSystem(url: string): CodeSystemModel | undefined {
  compiled ??= readGenerated('code-systems.json') as Record<string, CompiledCodeSystem>; // as: generated file
  const known = models.get(url);
  const source = Object.hasOwn(compiled, url) ? compiled[url] : undefined;
  if (known || !source) return known;
  const isCaseSensitive = source.i !== 1;
  const displays = new Map(
    Object.entries(source.c).map(([code, display]) => [isCaseSensitive ? code : code.toLowerCase(), display]),
  );
  const model: CodeSystemModel = { isCaseSensitive, displays, parents: new Map(Object.entries(source.p ?? {})) };
  models.set(url, model);
  return model;
}
