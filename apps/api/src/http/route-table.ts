import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from './access.js';
import { ApiError, OAuthError, PROBLEMS } from './api-error.js';

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

  /** The methods that browsers of any origin may use there, or would without a needless slash. */
  corsMethods(request: FastifyRequest): string[] {
    const { method } = request;
    // Only who asks before the request itself, or at no route, has to know the other methods.
    if (!request.is404 && method !== 'OPTIONS' && !pathOf(request).endsWith('/')) {
      return isOpen(request.routeOptions.config.access) ? [method] : [];
    }
    return this.at(pathOf(request).replace(/\/$/, ''))
      .filter(({ access }) => isOpen(access))
      .flatMap(methodsOf);
  }

  /**
   * Why no route takes a request although its path is known: it has another method (RFC 9110
   * §15.5.6), or one slash more or less.
   */
  explain(request: FastifyRequest): ApiError | OAuthError | undefined {
    const { method } = request;
    const path = pathOf(request);
    // OPTIONS has its own route for every path, and preflights have been answered by now. The
    // router takes the empty end after a slash for an id.
    if (!request.is404 && method !== 'OPTIONS' && !path.endsWith('/')) return undefined;
    const routes = this.at(path);
    const allowed = [...new Set(routes.flatMap(methodsOf))];
    if (allowed.length > 0 && !allowed.includes(method)) {
      const allow = allowed.join(', ');
      const detail = `This address takes ${allow}, not ${method}.`;
      return refusal(routes, 'method_not_allowed', detail, { allow });
    }
    const meant = toggleSlash(path);
    const neighbours = allowed.length === 0 ? this.at(meant) : [];
    if (neighbours.length === 0) return undefined;
    const change = path.endsWith('/') ? 'Leave out the slash at its end' : 'Add a slash at its end';
    const detail = `There is nothing at this address. ${change}: ${meant}`;
    return refusal(neighbours, 'not_found', detail);
  }

  private at(path: string): Route[] {
    return this.routes.filter(({ pattern }) => pattern.test(path));
  }
}

/** As the endpoint would say it. */
function refusal(
  routes: Route[],
  code: 'method_not_allowed' | 'not_found',
  detail: string,
  headers: Record<string, string> = {},
): ApiError | OAuthError {
  return routes.some(({ access }) => access?.kind === 'client')
    ? new OAuthError('invalid_request', code, detail, { status: PROBLEMS[code][0], headers })
    : new ApiError(code, detail, { headers });
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

function toggleSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
}

const methodsOf = ({ methods }: Route): readonly string[] => methods;

function isOpen(access: Access | undefined): boolean {
  return access !== undefined && 'cors' in access && access.cors;
}

/** `/a/:id` → ^/a/[^/]+$ */
function pathPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}
