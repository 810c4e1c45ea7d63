import type { IncomingHttpHeaders } from 'node:http';
import pino from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { createServer } from './create-server.ts';

const app = createServer({ logger: pino({ level: 'silent' }), hostNames: ['karta.example'] });
app.all('/thing', async () => ({ seen: true }));

afterAll(() => app.close());

type Request = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  readonly headers: IncomingHttpHeaders;
};

async function statusOf({ method = 'GET', headers }: Request): Promise<number> {
  return (await app.inject({ method, url: '/thing', headers })).statusCode;
}

describe('the guard of requests', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST:8080',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.1.2.3:1',
    '[::1]:8080',
    'karta.example',
    'Karta.Example:443',
  ])('takes a request to %s', async (host) => {
    expect(await statusOf({ headers: { host } })).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example:8080',
    'evil.example#localhost',
    'user@localhost',
    'localhost:8080@evil.example',
    '10.0.0.1',
    '[::2]',
    '0.0.0.0',
  ])('refuses a request to %j: a foreign name may resolve to this machine', async (host) => {
    const answer = await app.inject({ url: '/thing', headers: { host } });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ details: { coding: [{ code: 'http.foreign-host' }] } }],
    });
  });

  const host = 'localhost:8080';
  const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  it.each<[string, Request]>([
    ['a program', { method: 'POST', headers: { host } }],
    ['a Node program', { method: 'POST', headers: { host, 'sec-fetch-mode': 'cors' } }],
    ['our own page', { method: 'PUT', headers: { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' } }],
    ['our own page behind TLS', { method: 'PUT', headers: { host, origin: `https://${host}` } }],
    ['an address typed by a person', { headers: { host, ...link, 'sec-fetch-site': 'none' } }],
    ['a link on another site', { headers: { host, ...link, 'sec-fetch-site': 'cross-site' } }],
  ])('lets %s through', async (_who, request) => {
    expect(await statusOf(request)).toBe(200);
  });

  it.each<[string, Request]>([
    ['a form of another site', { method: 'POST', headers: { host, ...link, 'sec-fetch-site': 'cross-site' } }],
    ['a form, by its origin', { method: 'POST', headers: { host, origin: 'https://evil.example' } }],
    ['a sandboxed page', { method: 'POST', headers: { host, origin: 'null' } }],
    ['a page on another port', { method: 'PUT', headers: { host, origin: 'http://localhost:3000' } }],
    ['another port, by its site', { method: 'DELETE', headers: { host, 'sec-fetch-site': 'same-site' } }],
    ['a preflight', { method: 'OPTIONS', headers: { host, origin: 'https://evil.example' } }],
    ['an image or script', { headers: { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } }],
    ['a frame', { headers: { host, ...link, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' } }],
    ['a foreign reader', { headers: { host, origin: 'https://evil.example', 'sec-fetch-mode': 'cors' } }],
  ])('refuses %s', async (_who, request) => {
    expect(await statusOf(request)).toBe(403);
  });

  it('guards addresses where there is nothing too, and says to browsers what may be done with an answer', async () => {
    expect((await app.inject({ url: '/nothing', headers: { host: 'evil.example' } })).statusCode).toBe(403);
    const { headers } = await app.inject({ url: '/thing', headers: { host } });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});
