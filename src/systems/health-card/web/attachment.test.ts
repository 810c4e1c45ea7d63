import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { harmlessPage, readAttachment } from './attachment.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test.each([
  ['text/plain; charset=utf-8', 'Çıxarış: sağlamdır', { kind: 'text', text: 'Çıxarış: sağlamdır' }],
  ['text/html', '<p>Ə</p>', { kind: 'page', html: '<p>Ə</p>' }],
  ['application/json', '{}', { kind: 'text' }],
  ['image/png', 'x', { kind: 'image', address: `data:image/png;base64,${base64('x')}` }],
  ['image/svg+xml', '<svg onload="x()"/>', { kind: 'other' }],
  ['application/pdf', '%PDF', { kind: 'other' }],
])('content of type %s', async (contentType, text, expected) => {
  expect(await readAttachment({ contentType, data: base64(text) }, '/fhir')).toMatchObject(expected);
});

test.each(['https://elsewhere.example/letter', '//elsewhere.example/Patient/1', undefined])(
  'asks nothing of another server: %s',
  async (url) => {
    const attachment = { contentType: 'text/plain', ...(url === undefined ? {} : { url }) };
    await expect(readAttachment(attachment, '/fhir')).rejects.toMatchObject({ code: 'health-card.content-elsewhere' });
  },
);

test('reads a Binary of the same record, whatever address the reference gives', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.end(JSON.stringify({ resourceType: 'Binary', data: base64('mətn') }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const attachment = { contentType: 'text/plain', url: 'https://old.example/fhir/Binary/b-1' };
    expect(await readAttachment(attachment, `http://127.0.0.1:${port}/fhir`)).toEqual({ kind: 'text', text: 'mətn' });
    expect(asked).toEqual(['/fhir/Binary/b-1']);
  } finally {
    server.close();
  }
});

test('the policy stands before anything of the document', () => {
  const page = harmlessPage('<script>alert(1)</script>');
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<script>'));
  expect(page).toContain("default-src 'none'");
});
