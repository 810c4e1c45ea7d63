import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errors, jwtVerify, SignJWT } from 'jose';
import { AppError } from '#platform/errors';

/** A demo token is good for this long. */
const lifetime = '1h';
const issuer = 'vsis-demo';

export type DemoIdentity = { readonly subject: string; readonly role: string };

/** The key demo tokens are signed with: made at first use, kept with the other secrets of the data folder. */
export async function demoTokenKey(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, 'secrets', 'demo-token-key');
  try {
    return await readFile(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      throw error;
    }
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const key = randomBytes(32);
  try {
    await writeFile(path, key, { mode: 0o600, flag: 'wx' });
    return key;
  } catch {
    return readFile(path); // another process made it meanwhile
  }
}

export async function issueDemoToken(key: Uint8Array, { subject, role }: DemoIdentity): Promise<string> {
  return new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(key);
}

/** Who a bearer token speaks for. A token that is not ours, or too old, is refused. */
export async function readDemoToken(key: Uint8Array, token: string): Promise<DemoIdentity> {
  try {
    const { payload } = await jwtVerify(token, key, { issuer, algorithms: ['HS256'] });
    return { subject: payload.sub ?? '', role: String(payload['role'] ?? '') };
  } catch (cause) {
    const why = cause instanceof errors.JWTExpired ? 'has expired' : 'is not valid';
    throw new AppError('unauthenticated', 'identity.bad-token', `The bearer token ${why}; get a new one.`, { cause });
  }
}
