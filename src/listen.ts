import { createServer as createProbe } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { StartError } from '#platform/errors';

const httpPortExitCode = 10;

/** Where to listen, and the setting that says so. */
export type Place = { readonly host: string; readonly port: number; readonly setting: string };

const explain = (error: NodeJS.ErrnoException, { host, port, setting }: Place): Error =>
  error.code === 'EADDRINUSE'
    ? new StartError(
        'http.port-in-use',
        httpPortExitCode,
        `Port ${port} of ${host} is taken, perhaps by a VSİS that already runs. Choose another: ${setting}=${port + 1} npm start`,
      )
    : error;

/** Listens, or ends the start with the reason that the port is taken. */
export async function listen(app: FastifyInstance, place: Place): Promise<void> {
  const { host, port } = place;
  await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw explain(error, place);
  });
}

/** Fails before the database is started when the port is taken anyway. */
export async function checkPort(place: Place): Promise<void> {
  const probe = createProbe();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, place)));
    probe.listen(place.port, place.host, () => probe.close(() => resolve()));
  });
}
