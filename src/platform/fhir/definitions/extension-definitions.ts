import type { ExtensionModel } from './extension-model.ts';
import { readGenerated } from './read-generated.ts';

let core: Record<string, ExtensionModel> | undefined;

/** An extension of the R4 core by its URL; the table is read when the first is asked for. */
export function findCoreExtension(url: string): ExtensionModel | undefined {
  core ??= readGenerated('extensions.json') as Record<string, ExtensionModel>; // as: generated file
  return Object.hasOwn(core, url) ? core[url] : undefined;
}
