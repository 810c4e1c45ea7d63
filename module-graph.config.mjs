// Who may know whom. Each rule carries its reason; test/architecture plants a violation of each.

import { readFileSync } from 'node:fs';

/** Parts of the platform that a TypeScript project includes: one list for the compiler and for these rules. */
function partsOf(project) {
  const { include } = JSON.parse(readFileSync(new URL(project, import.meta.url), 'utf8'));
  const names = include.flatMap((pattern) => /^src\/platform\/([^/*]+)\//.exec(pattern)?.[1] ?? []);
  return `(?:${[...new Set(names)].join('|')})`;
}

/** Code that both the server and the browser may use: no input or output, no DOM, no Node. */
const pureParts = partsOf('tsconfig.domain.json');
const webPlaces = `^src/(?:portal|platform/${partsOf('tsconfig.web.json')}|systems/[^/]+/web)(?:/|[.])`;
export const tests = '[.]test[.]tsx?$|/e2e/';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
export const rules = [
  {
    name: 'platform-knows-no-system',
    comment:
      'The platform is below the systems, the portal and the seed country; what it needs of them is handed to it.',
    from: { path: '^src/platform/', pathNot: tests },
    to: { path: '^src/(?!platform/)' },
  },
  {
    name: 'platform-front-door',
    comment: 'A part of the platform offers only its index.ts.',
    from: { path: '^src/platform/([^/]+)/' },
    to: { path: '^src/platform/', pathNot: ['^src/platform/$1/', '/index[.]ts$'] },
  },
  {
    name: 'platform-front-door-from-above',
    comment: 'A part of the platform offers only its index.ts, to systems and programs too.',
    // tools/definitions makes the data files of the FHIR model and of search and knows their inner shape.
    from: { path: '^(?:src/(?!platform/)|bench/|tools/|test/)', pathNot: '^tools/definitions/' },
    to: { path: '^src/platform/', pathNot: '/index[.]ts$' },
  },
  {
    name: 'system-front-door',
    comment: 'A system offers only index.ts (server) and web.ts (portal) to other systems.',
    from: { path: '^src/systems/([^/]+)/' },
    to: { path: '^src/systems/', pathNot: ['^src/systems/$1/', '^src/systems/[^/]+/(?:index|web)[.]ts$'] },
  },
  {
    name: 'system-front-door-from-above',
    comment: 'A system offers only index.ts (server) and web.ts (portal) to the programs and the portal.',
    from: { path: '^(?:src/(?!systems/)|bench/|tools/|test/)' },
    to: { path: '^src/systems/', pathNot: '^src/systems/[^/]+/(?:index|web)[.]ts$' },
  },
  {
    name: 'world-front-door',
    comment: 'The seed country and the simulators offer only their index.ts.',
    from: { pathNot: ['^src/world/', '^src/simulators/'] },
    to: {
      path: '^src/(?:world|simulators)/',
      pathNot: ['^src/world/index[.]ts$', '^src/simulators/[^/]+/index[.]ts$'],
    },
  },
  {
    name: 'web-knows-no-server',
    comment: 'What runs in a browser reaches the server over the API alone.',
    from: { path: webPlaces, pathNot: tests },
    to: {
      path: '^src/',
      pathNot: [webPlaces, `^src/platform/${pureParts}/`, '^src/systems/[^/]+/domain/'],
    },
  },
  {
    name: 'domain-is-pure',
    comment: 'Rules that server and browser share do no input or output.',
    from: { path: `^src/(?:systems/[^/]+/domain|platform/${pureParts})/`, pathNot: tests },
    to: { path: '^src/', pathNot: [`^src/platform/${pureParts}/`, '^src/systems/[^/]+/domain/'] },
  },
  {
    name: 'domain-uses-no-node',
    comment: 'Rules that server and browser share run in both.',
    from: { path: `^src/(?:systems/[^/]+/domain|platform/${pureParts})/`, pathNot: tests },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'web-uses-no-node',
    comment: 'A browser has no Node.',
    from: { path: webPlaces, pathNot: tests },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'no-relative-escape',
    comment: 'Parts name each other by #platform and #systems; a relative path stays inside its part.',
    from: { path: '^src/(platform|systems)/([^/]+)/' },
    to: {
      path: '^src/',
      pathNot: '^src/$1/$2/',
      dependencyTypesNot: ['aliased', 'aliased-subpath-import'],
    },
  },
  {
    name: 'programs-are-on-top',
    comment: 'The programs mount everything and are imported by nothing.',
    from: { path: '^src/(?:platform|systems|portal|world|simulators)/', pathNot: tests },
    to: { path: '^(?:src/[^/]+[.]ts$|src/commands/|test/|bench/|tools/)' },
  },
  {
    name: 'no-test-in-production',
    comment: 'What a test needs belongs to the test.',
    from: { path: '^src/', pathNot: tests },
    to: { path: '[.]test[.]tsx?$' },
  },
  {
    name: 'no-cycles',
    comment: 'Files that need each other at run time are one file, or need a third. Inside a part types may be mutual.',
    from: { pathNot: tests },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-part-cycles',
    comment: 'Parts that need each other: turn one direction into an event, or hand it in.',
    scope: 'folder',
    from: { path: '^src/(?:platform|systems)/[^/]+$' },
    to: { circular: true },
  },
].map((rule) => ({ severity: 'error', ...rule }));
