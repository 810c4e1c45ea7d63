import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { fetchInput } from './fetch-input.ts';

it('fetches a file up to the size that is taken, and breaks one off that is larger', async () => {
  const folder = await makeTempFolder();
  const server = createServer((request, response) => {
    response.write('x'.repeat(1000));
    if (request.url === '/whole') {
      response.end();
    } else {
      const more = setInterval(() => response.write('x'.repeat(1000)), 5); // without end
      response.on('close', () => clearInterval(more));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // as: it listens on a port
  const bounds = { signal: AbortSignal.timeout(20_000), bytesAtMost: 1000 };
  try {
    const path = join(folder.path, 'whole');
    await fetchInput(`http://127.0.0.1:${port}/whole`, path, bounds);
    expect((await readFile(path)).length).toBe(1000);
    await expect(
      fetchInput(`http://127.0.0.1:${port}/endless`, join(folder.path, 'endless'), bounds),
    ).rejects.toMatchObject({ code: 'bulk.input-too-large' });
  } finally {
    server.closeAllConnections();
    server.close();
    await folder.remove();
  }
});
