import { applyDecorators } from '@nestjs/common';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { ApiError } from './api-error.js';

/** A body that is an image itself, not a resource. */
export interface ImageBody {
  /** What errors call it. */
  field: string;
  /** The media types that are documented; what the bytes are is for the route to find out. */
  types: readonly string[];
  maxBytes: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    image?: ImageBody;
  }
}

/** So much of an image that is too large is still read: before that, many clients hear no answer. */
const MAX_DISCARDED_BYTES = 32 * 1024 * 1024;
const MAX_DISCARDING_MS = 900;

/** The route takes an image as its body. To be written above the declaration of access. */
export const TakesImage =
  (image: ImageBody): MethodDecorator =>
  (target, key, descriptor) => {
    const handler = descriptor.value as object;
    const declared = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) as
      FastifyContextConfig | undefined;
    applyDecorators(
      RouteConfig({ ...declared, image }),
      ApiConsumes(...image.types),
      ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
    )(target, key, descriptor);
  };

/**
 * The image that a request brought, as bytes of whatever kind.
 * @throws ApiError unsupported_media_type for a body that is something else; validation_failed where
 *   there is none
 */
export function imageOf(body: unknown, image: ImageBody): Buffer {
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  if (body !== undefined && !Buffer.isBuffer(body)) throw noImage(image);
  const message = howToSend(image);
  throw new ApiError('validation_failed', message, {
    errors: [{ field: image.field, code: 'required', message }],
  });
}

/** The body is something else, such as JSON. */
export const noImage = (image: ImageBody): ApiError =>
  new ApiError('unsupported_media_type', howToSend(image));

const howToSend = ({ types }: ImageBody): string =>
  `Send the bytes of the image themselves as the body, with Content-Type: ${types.join(', ')}.`;

/** Reads images where a route takes one, and never keeps more of it than the route takes. */
export function readImages(server: FastifyInstance): void {
  server.addContentTypeParser(/^image\//, async (request: FastifyRequest, payload: Readable) => {
    const { image } = request.routeOptions.config;
    if (!image) {
      throw new ApiError('unsupported_media_type', 'Send the body as JSON: it is no image.');
    }
    const announced = Number(request.headers['content-length'] ?? 0);
    const body = announced > image.maxBytes ? null : await readUpTo(payload, image.maxBytes);
    if (body) return body;
    await discard(payload);
    throw tooLarge(image);
  });
}

/** @returns null where there is more, which has not been read yet */
async function readUpTo(payload: Readable, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Left early, the stream must not be destroyed: the connection still has to carry the answer.
    for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
      length += (chunk as Buffer).length;
      if (length > maxBytes) return null;
      chunks.push(chunk as Buffer);
    }
  } catch {
    throw new ApiError('malformed_request', 'The image did not arrive completely. Send it again.');
  }
  return Buffer.concat(chunks);
}

async function discard(payload: Readable): Promise<void> {
  let length = 0;
  await new Promise<void>((resolve) => {
    const limit = setTimeout(resolve, MAX_DISCARDING_MS);
    const stop = () => {
      clearTimeout(limit);
      resolve();
    };
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_DISCARDED_BYTES) stop();
    });
    payload.once('close', stop).once('end', stop).once('error', stop);
  });
}

export function tooLarge({ field, maxBytes }: ImageBody): ApiError {
  const message = `The image must not be larger than ${maxBytes / 1024 / 1024} MB. Save it with fewer pixels and send it again.`;
  return new ApiError('payload_too_large', message, {
    errors: [{ field, code: 'too_large', message }],
  });
}
