import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { AnswerParser, HttpConnection, wireRequest } from './http-connection.ts';

const open: (Server | TcpServer)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server | TcpServer): Promise<URL> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const body = '{"text":"Şəhla Əliyeva"}';
const answers = [
  {
    name: 'a length',
    text: `HTTP/1.1 201 Created\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    status: 201,
  },
  {
    name: 'chunks',
    text: `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    status: 200,
  },
  {
    name: 'a remark before it',
    text: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:${Buffer.byteLength(body)}\r\n\r\n${body}`,
    status: 200,
  },
];

describe('AnswerParser', () => {
  it.each(answers)('reads an answer with $name, however it is cut', ({ text, status }) => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 }), (cuts) => {
        const parser = new AnswerParser(true);
        const ends = [...new Set(cuts), bytes.length].sort((a, b) => a - b);
        const results = ends.map((end, at) => parser.push(bytes.subarray(ends[at - 1] ?? 0, end)));
        expect(results.slice(0, -1).every((each) => each === undefined)).toBe(true);
        expect(results.at(-1)).toEqual({ status, bytes: Buffer.byteLength(body), body });
      }),
    );
  });

  it('is done with the head where there is no body', () => {
    expect(new AnswerParser(false).push(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'))).toMatchObject({
      status: 204,
      bytes: 0,
    });
  });

  it('refuses what is no HTTP', () => {
    expect(() => new AnswerParser(false).push(Buffer.from('SSH-2.0-server\r\n\r\n'))).toThrow('no HTTP');
  });
});

describe('HttpConnection', () => {
  it('sends one request after another over one connection', async () => {
    let connections = 0;
    const server = createHttpServer((request, response) => {
      const received: Buffer[] = [];
      request.on('data', (data: Buffer) => received.push(data));
      request.on('end', () =>
        response.end(
          [request.method, request.url, request.headers['x-who'], Buffer.concat(received).toString()].join(' '),
        ),
      );
    });
    server.on('connection', () => {
      connections += 1;
    });
    const base = await listen(server);
    const connection = new HttpConnection(base);
    const first = await connection.send(wireRequest(new URL('a?b=%7C', base), 'GET', { 'X-Who': 'me' }), true);
    const second = await connection.send(wireRequest(new URL('c', base), 'POST', { 'X-Who': 'me' }, body), true);
    connection.close();
    expect(first).toMatchObject({ status: 200, body: 'GET /a?b=%7C me ' });
    expect(second).toMatchObject({ status: 200, body: `POST /c me ${body}` });
    expect(connections).toBe(1);
  });

  it('fails when the server goes away in the middle, and connects anew for the next request', async () => {
    let requests = 0;
    const base = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => {
          requests += 1;
          if (requests === 1) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
          else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        });
      }),
    );
    const connection = new HttpConnection(base);
    const request = wireRequest(base, 'GET', {});
    await expect(connection.send(request)).rejects.toThrow('before the answer was complete');
    await expect(connection.send(request, true)).resolves.toMatchObject({ status: 200, body: 'ok' });
    connection.close();
  });

  it('takes the end of the connection for the end of the answer where nothing else tells', async () => {
    const base = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it'));
      }),
    );
    const connection = new HttpConnection(base);
    await expect(connection.send(wireRequest(base, 'GET', {}), true)).resolves.toMatchObject({ body: 'all of it' });
    connection.close();
  });

  it('fails where nobody listens', async () => {
    const server = createTcpServer();
    const base = await listen(server);
    await new Promise((resolve) => open.splice(0)[0]?.close(resolve));
    await expect(new HttpConnection(base).send(wireRequest(base, 'GET', {}))).rejects.toThrow('ECONNREFUSED');
  });
});
