import { existsSync } from 'node:fs';
import { join } from 'node:path';
import compress from '@fastify/compress';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '#platform/errors';

/** Styles set on elements by charts need 'unsafe-inline' for styles; scripts come from files alone. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "frame-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');

/** Paths of the programming interfaces, which never answer with a page. */
const interfaces = /^\/(fhir|health)(\/|$)/;

/**
 * Serves the built portal at `/`. Files with a hash in their name may be kept for ever; every other address of a page
 * gives the shell, which finds its way by itself.
 */
export async function servePortal(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new AppError('fault', 'http.portal-missing', `The portal is not built: there is no index.html in ${folder}.`);
  }
  await app.register(async (pages) => {
    await pages.register(compress, { global: true, threshold: 1024 });
    await pages.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const lasting = /[\\/]assets[\\/]/.test(path);
        reply.header('Cache-Control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
        reply.header('Content-Security-Policy', contentSecurityPolicy);
      },
    });
    pages.get('/*', async (request, reply): Promise<FastifyReply> => {
      if (interfaces.test(request.url) || /\.\w{2,5}$/.test(request.url.split('?')[0] ?? '')) {
        throw new AppError('notFound', 'http.no-route', 'There is nothing at this address.');
      }
      return reply.sendFile('index.html');
    });
  });
}
