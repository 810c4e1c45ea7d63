import { connect } from 'node:net';

/** Sends bytes as they are and gives all that comes back until the server closes, or for `patienceMs`. */
export function sendRaw(origin: string, bytes: string | Buffer, patienceMs = 3000): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const parts: Buffer[] = [];
    const end = (): void => {
      socket.destroy();
      resolve(Buffer.concat(parts).toString());
    };
    socket.setTimeout(patienceMs, end);
    socket.on('data', (part) => parts.push(part));
    socket.on('close', end);
    socket.on('error', (error) => (parts.length > 0 ? end() : reject(error)));
    socket.write(bytes);
  });
}
