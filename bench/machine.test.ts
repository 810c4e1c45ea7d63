import { expect, it } from 'vitest';
import { fileSystemOf, machineFacts } from './machine.ts';

const mounts = 'dev / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\ndev2 /tmp/deep xfs rw 0 0\ndev3 /tmpdir btrfs rw 0 0\n';

it.each([
  { folder: '/home/me', wanted: 'ext4' },
  { folder: '/tmp', wanted: 'tmpfs' },
  { folder: '/tmp/x', wanted: 'tmpfs' },
  { folder: '/tmp/deep/x', wanted: 'xfs' },
  { folder: '/tmpdir/x', wanted: 'btrfs' },
])('finds the file system of $folder', ({ folder, wanted }) => {
  expect(fileSystemOf(folder, mounts)).toBe(wanted);
});

it('knows no file system where the mounts cannot be read', () => {
  expect(fileSystemOf('/tmp', '')).toBeUndefined();
});

it('names this machine', () => {
  const facts = machineFacts(undefined, '18.4');
  expect(facts.cores).toBeGreaterThan(0);
  expect(facts.memoryGigabytes).toBeGreaterThan(0);
  expect(facts).toMatchObject({ node: process.version, postgres: '18.4' });
});
