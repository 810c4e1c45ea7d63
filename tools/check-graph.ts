import { readModuleGraph } from './module-graph.ts';

/** Fewer modules than this means that the reader did not read, whatever it says about violations. */
const leastModules = 100;

const { moduleCount, violations } = await readModuleGraph(process.cwd(), ['src', 'bench', 'test', 'tools']);
for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} → ${to}`);
console.log(`${moduleCount} modules, ${violations.length} forbidden imports`);
if (moduleCount < leastModules)
  console.error(`Fewer than ${leastModules} modules were read, so the check says nothing.`);
process.exitCode = violations.length > 0 || moduleCount < leastModules ? 1 : 0;
