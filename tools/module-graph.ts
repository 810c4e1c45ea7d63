import { cruise, type ICruiseResult, type IFlattenedRuleSet, type IViolation } from 'dependency-cruiser';
import { rules, tests } from '../module-graph.config.mjs';
import { readUsingDeclarations } from './swc-using-declarations.ts';

readUsingDeclarations();

export type ModuleGraph = { readonly moduleCount: number; readonly violations: readonly IViolation[] };

async function read(
  baseDir: string,
  folders: readonly string[],
  { ruleSet, exclude }: { ruleSet: IFlattenedRuleSet; exclude: string },
): Promise<ICruiseResult> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir,
      ruleSet,
      validate: true,
      parser: 'swc',
      doNotFollow: { path: 'node_modules' },
      exclude: { path: exclude },
      moduleSystems: ['es6'],
    },
    { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'] },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text in place of its result.');
  return output;
}

const generated = '(?:^|/)(?:generated|[.]cache)/';

/**
 * Reads every import below `baseDir` and holds it against the rules of module-graph.config.mjs.
 * dependency-cruiser finds nothing at all, and says so nowhere, when it lacks a parser: callers check `moduleCount`.
 */
export async function readModuleGraph(baseDir: string, folders: readonly string[]): Promise<ModuleGraph> {
  const ofFiles = rules.filter((rule) => rule.scope !== 'folder');
  const ofFolders = rules.filter((rule) => rule.scope === 'folder');
  const files = await read(baseDir, folders, { ruleSet: { forbidden: ofFiles }, exclude: generated });
  // Tests reach everywhere and would tie the parts together.
  const production = { ruleSet: { forbidden: ofFolders }, exclude: `${generated}|${tests}|^test/` };
  const parts = await read(baseDir, ['src'], production);
  const own = files.modules.filter((module) => !module.coreModule && !module.source.includes('node_modules'));
  return { moduleCount: own.length, violations: [...files.summary.violations, ...parts.summary.violations] };
}
