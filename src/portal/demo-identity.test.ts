import { expect, test } from 'vitest';
import { parseIdentity } from './demo-identity.ts';

const doctor = { role: 'doctor', id: 'd', name: 'Həkim' } as const;

test.each([
  [JSON.stringify(doctor), doctor],
  ['{"role":"minister","id":"m","name":"x"}', undefined],
  ['{"role":"doctor","id":1,"name":"x"}', undefined],
  ['null', undefined],
  ['{', undefined],
])('reads %s as %j', (stored, identity) => {
  expect(parseIdentity(stored)).toEqual(identity);
});
