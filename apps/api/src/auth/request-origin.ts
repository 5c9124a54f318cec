import type { FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.js';
import { hasBody } from '../http/body-parsers.js';
import { noImage } from '../http/image-body.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isStateChanging(request: FastifyRequest): boolean {
  return !SAFE_METHODS.has(request.method);
}

/**
 * Refuses what a browser sent from anywhere but the portal, and bodies that a form on another site
 * could send without a preflight. A request with neither `Origin` nor `Sec-Fetch-Site` does not come
 * from a browser, and is let through: in the documented flow, servers call with a session.
 * @throws ApiError origin_refused, unsupported_media_type
 */
export function assertFromPortal(request: FastifyRequest, publicUrl: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const originRefused = origin !== undefined && origin !== publicUrl;
  const siteRefused = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (originRefused || siteRefused) {
    throw new ApiError(
      'origin_refused',
      `Only the portal's own pages may do this from a browser. Open the portal at ${publicUrl}.`,
    );
  }
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  const { image } = request.routeOptions.config;
  // No form can send an image as its body either.
  if (image && type?.startsWith('image/')) return;
  if (type === undefined ? hasBody(request) : type !== 'application/json') {
    if (image) throw noImage(image);
    throw new ApiError(
      'unsupported_media_type',
      'Send the body with Content-Type: application/json.',
    );
  }
}
