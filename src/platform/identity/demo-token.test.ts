import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { demoTokenKey, issueDemoToken, readDemoToken } from './demo-token.ts';

const doctor = { subject: 'Practitioner/hekim', role: 'family-doctor' };

describe('demo tokens', () => {
  it('speak for the person they were issued to', async () => {
    const key = await demoTokenKey(await mkdtemp(join(tmpdir(), 'vsis-key-')));
    expect(await readDemoToken(key, await issueDemoToken(key, doctor))).toEqual(doctor);
  });

  it('use a key that stays the same and that only its owner can read', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'vsis-key-'));
    const first = await demoTokenKey(dataDir);
    expect(Buffer.from(await demoTokenKey(dataDir))).toEqual(Buffer.from(first));
    const { mode } = await stat(join(dataDir, 'secrets', 'demo-token-key'));
    expect(mode & 0o077).toBe(0);
  });

  it.each([
    [
      'signed with another key',
      (key: Uint8Array) =>
        issueDemoToken(
          key.map((byte) => byte ^ 1),
          doctor,
        ),
    ],
    ['of another issuer', (key: Uint8Array) => sign(key, 'somebody', '1h')],
    ['that has expired', (key: Uint8Array) => sign(key, 'vsis-demo', '-1s')],
    ['that is no token', async () => 'abc'],
  ])('refuses a token %s', async (_what, make) => {
    const key = await demoTokenKey(await mkdtemp(join(tmpdir(), 'vsis-key-')));
    await expect(readDemoToken(key, await make(key))).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});

function sign(key: Uint8Array, issuer: string, expires: string): Promise<string> {
  return new SignJWT({ role: 'x' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject('x')
    .setExpirationTime(expires)
    .sign(key);
}
