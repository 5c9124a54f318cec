import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from './access.js';
import { ApiError, OAuthError } from './api-error.js';

interface Route {
  methods: readonly string[];
  pattern: RegExp;
  access: Access | undefined;
}

/** The routes of a server by their path: its router finds one only together with its method. */
export class RouteTable {
  private readonly routes: Route[] = [];

  /** Knows every route that is added from now on. */
  constructor(server: FastifyInstance) {
    server.addHook('onRoute', ({ url, method, config }) => {
      this.routes.push({
        methods: [method].flat(),
        pattern: pathPattern(url),
        access: config?.access,
      });
    });
  }

  /** The methods that browsers of any origin may use there. */
  corsMethods(request: FastifyRequest): string[] {
    return this.at(request, isOpen).flatMap(({ methods }) => methods);
  }

  /** What a request is told that knows the path but not the method (RFC 9110 §15.5.6). */
  wrongMethod(request: FastifyRequest): ApiError | OAuthError | undefined {
    // OPTIONS has a route of its own for every path; what was a preflight is answered by now.
    if (!request.is404 && request.method !== 'OPTIONS') return undefined;
    const routes = this.at(request, () => true);
    if (routes.length === 0) return undefined;
    const allow = [...new Set(routes.flatMap(({ methods }) => methods))].join(', ');
    const detail = `This address takes ${allow}, not ${request.method}.`;
    const headers = { allow };
    return routes.some(({ access }) => access?.kind === 'client')
      ? new OAuthError('invalid_request', 'method_not_allowed', detail, { status: 405, headers })
      : new ApiError('method_not_allowed', detail, { headers });
  }

  private at(request: FastifyRequest, isMeant: (route: Route) => boolean): Route[] {
    const path = request.url.split('?', 1)[0] ?? '';
    return this.routes.filter((route) => isMeant(route) && route.pattern.test(path));
  }
}

function isOpen({ access }: Route): boolean {
  return access !== undefined && 'cors' in access && access.cors;
}

/** `/a/:id` → ^/a/[^/]+$ */
function pathPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}/?$`);
}
