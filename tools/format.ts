import { runTool } from './run-tool.ts';

const { code } = await runTool(['@biomejs/biome', 'biome'], ['check', '--write', '.'], { show: true });
process.exitCode = code;
