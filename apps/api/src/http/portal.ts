import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Access } from './access.js';

/** The portal as `nx build portal` leaves it, found from this file's place in src or dist. */
export const PORTAL_DIRECTORY = resolve(__dirname, '../../../portal/dist/browser');

const ANYONE: Access = { kind: 'anyone', cors: false, stateChanging: false };
/** `name-HASH.js`: new content gets a new name, so caches may keep it forever. */
const HASHED = /-[A-Za-z0-9_-]{8}\.(js|css|woff2|svg|png)$/;

/** A script or a style of a build: what pages of another build may still ask for. */
export const portalScript = (name: string): boolean =>
  /^[\w-]{1,80}\.(js|css)$/.test(name) && HASHED.test(name);

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/**
 * Text becomes markup or script only through the policies of Angular, which sanitise it. Swagger UI
 * knows no such policies, so this is the portal's alone.
 */
const TRUSTED_TYPES = "require-trusted-types-for 'script';trusted-types angular angular#components";

/** A script or a style is no page, which could load or be framed: two lines less for a phone to wait for. */
const NO_PAGE = "default-src 'none';frame-ancestors 'none'";

interface Portal {
  /** Where the build is. */
  directory?: string;
  /** Finds a script or style of another build, null where there is none. */
  former: (name: string) => Promise<Buffer | null>;
}

/**
 * Serves the portal under /portal/: hashed files cached for good, the page itself never, any path
 * without a file answered with the page (the router in it decides).
 */
export async function servePortal(
  server: FastifyInstance,
  { directory = PORTAL_DIRECTORY, former }: Portal,
): Promise<void> {
  const route = { config: { access: ANYONE } };
  server.get('/', route, (_request, reply) => reply.redirect('/portal/', 302));
  server.get('/portal', route, (request, reply) => {
    const query = request.url.indexOf('?');
    return reply.redirect(`/portal/${query < 0 ? '' : request.url.slice(query)}`, 302);
  });
  if (!existsSync(join(directory, 'index.html'))) {
    server.get('/portal/*', route, (_request, reply) => reply.callNotFound());
    return;
  }
  await server.register(fastifyStatic, {
    root: directory,
    prefix: '/portal/',
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    // The entity tag is enough to ask again with, and nothing here is fetched in parts.
    lastModified: false,
    acceptRanges: false,
    setHeaders: (response, path) => {
      const file = path.replace(/\.(br|gz)$/, '');
      void response.header('cache-control', cacheControl(file));
      if (file.endsWith('index.html')) {
        const policy = response.getHeader('content-security-policy');
        void response.header('content-security-policy', `${policy};${TRUSTED_TYPES}`);
      } else if (/\.(js|css)$/.test(file)) {
        void response.header('content-security-policy', NO_PAGE);
      }
    },
  });
  const page = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = (request.url.split('?', 1)[0] ?? '').replace(/^\/portal\//, '');
    const content = portalScript(path) ? await former(path) : null;
    if (content) {
      return reply
        .header('content-type', TYPES[path.replace(/.*\./, '')])
        .header('cache-control', cacheControl(path))
        .header('content-security-policy', NO_PAGE)
        .send(content);
    }
    // A missing file is a 404, or a browser would take the page for a script.
    if (/\.[a-z0-9]{2,5}$/i.test(path)) return reply.callNotFound();
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .sendFile('index.html', { cacheControl: false });
  };
  server.get('/portal/', route, page);
  server.get('/portal/*', route, page);
}

function cacheControl(file: string): string {
  if (file.endsWith('index.html')) return 'no-store';
  return HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache';
}
