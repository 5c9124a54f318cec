import helmet from '@fastify/helmet';
import { fastify } from 'fastify';
import type { RuntimeConfig } from '../config/config.module.js';

/** The portal uses none of these, so a script that got into it by mistake cannot either. */
const PERMISSIONS_POLICY = [
  ...['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'hid'],
  ...['magnetometer', 'microphone', 'midi', 'payment', 'serial', 'usb', 'xr-spatial-tracking'],
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/**
 * The headers that protect browsers, which are the same in every answer: the plugin would put them
 * together anew for each request.
 */
export async function securityHeaders(
  config: Pick<RuntimeConfig, 'publicUrl'>,
): Promise<Record<string, string>> {
  const bare = fastify().get('/', () => '');
  const protectedServer = fastify();
  await protectedServer.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Angular and Swagger UI set styles at run time; scripts stay strict.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
    // Whoever may read an answer from elsewhere asks through CORS, where this does not count.
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // For Internet Explorer alone, which the portal does not support.
    xDownloadOptions: false,
    strictTransportSecurity: config.publicUrl.startsWith('https:'),
  });
  protectedServer.get('/', () => '');
  const [without, all] = await Promise.all(
    [bare, protectedServer].map(async (server) => (await server.inject('/')).headers),
  );
  await Promise.all([bare.close(), protectedServer.close()]);
  const names = Object.keys(all ?? {}).filter((name) => without?.[name] === undefined);
  const fromPlugin = Object.fromEntries(names.map((name) => [name, String(all?.[name])]));
  return { ...fromPlugin, 'permissions-policy': PERMISSIONS_POLICY };
}
