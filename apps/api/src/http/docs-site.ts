import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Access } from './access.js';

/** The documentation as `nx build docs` leaves it, found from this file's place in src or dist. */
const SITE_DIRECTORY = resolve(__dirname, '../../../docs/dist/site');

const ANYONE: Access = { kind: 'anyone', cors: false, stateChanging: false };

/**
 * Serves the documentation for developers beside Swagger UI: `guide/flow.html` at /docs/guide/flow.
 * Nothing is kept for good, because nothing here has a name of its own build.
 */
export async function serveDocsSite(
  server: FastifyInstance,
  directory = SITE_DIRECTORY,
): Promise<void> {
  if (!existsSync(directory)) return;
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(html|css|js|json|svg|woff2)$/.test(file));
  // In a scope of its own, where `sendFile` sends these files and not the portal's.
  await server.register(async (site: FastifyInstance) => {
    await site.register(fastifyStatic, {
      root: directory,
      serve: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (response) => void response.header('cache-control', 'no-cache'),
    });
    for (const file of files) {
      const path = `/docs/${file.replace(/(\/index)?\.html$/, '')}`;
      site.get(path, { config: { access: ANYONE } }, (_request, reply) => reply.sendFile(file));
    }
  });
}
