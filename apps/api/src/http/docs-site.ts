import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Access } from './access.js';

/** The documentation as `nx build docs` leaves it, found from this file's place in src or dist. */
const SITE_DIRECTORY = resolve(__dirname, '../../../docs/dist/site');

/** Requests for Postman and Bruno, whose base URL is that of the demo until a server gives them out. */
const COLLECTIONS = 'collections/';
const COMMITTED_URL = 'http://localhost:3000';
/** Where the guide's examples return to: the demo's third party at its usual port. */
const COMMITTED_CALLBACK = 'http://localhost:4000/callback';

const ANYONE: Access = { kind: 'anyone', cors: false, stateChanging: false };

/**
 * Serves the documentation for developers beside Swagger UI: `guide/flow.html` at /docs/guide/flow.
 * Nothing is kept for good, because nothing here has a name of its own build.
 */
export async function serveDocsSite(
  server: FastifyInstance,
  { publicUrl, demoClientPort }: { publicUrl: string; demoClientPort: number },
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
      if (file.startsWith(COLLECTIONS)) {
        const content = readFileSync(join(directory, file), 'utf8');
        serveCollection(site, file, content.replaceAll(COMMITTED_URL, publicUrl));
        continue;
      }
      const path = `/docs/${file.replace(/(\/index)?\.html$/, '')}`;
      if (file.endsWith('.html') && ![0, 4000].includes(demoClientPort)) {
        const callback = `http://localhost:${demoClientPort}/callback`;
        servePage(site, path, async () => {
          const page = await readFile(join(directory, file), 'utf8');
          return page.replaceAll(COMMITTED_CALLBACK, callback);
        });
        continue;
      }
      site.get(path, { config: { access: ANYONE } }, (_request, reply) => reply.sendFile(file));
    }
  });
}

/** One whose examples name the demo's third party, which listens elsewhere. */
function servePage(site: FastifyInstance, path: string, read: () => Promise<string>): void {
  site.get(path, { config: { access: ANYONE } }, async (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(await read()),
  );
}

function serveCollection(site: FastifyInstance, file: string, content: string): void {
  site.get(`/docs/${file}`, { config: { access: ANYONE } }, (_request, reply) =>
    reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="${basename(file)}"`)
      .header('cache-control', 'no-cache')
      .send(content),
  );
}
