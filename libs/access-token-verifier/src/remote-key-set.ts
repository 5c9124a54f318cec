import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

export interface RemoteKeySetOptions {
  /** Where the keys are; absent: found in the issuer's metadata (RFC 8414). */
  jwksUri?: string;
  fetch?: typeof fetch;
  now?: () => Date;
}

/** At most one look for an unknown key in this time: made-up key ids must not become requests. */
const COOLDOWN_MS = 10_000;
const DEFAULT_MAX_AGE_MS = 300_000;
const TIMEOUT_MS = 5000;

/**
 * The issuer's public keys (RFC 7517), fetched when first needed, again when they grow old, and
 * when a token names a key that is not known yet. While the issuer cannot be reached, the keys
 * that are known go on being used.
 */
export class RemoteKeySet {
  private keys = new Map<string, KeyObject>();
  private freshUntil = 0;
  private triedAt = -Infinity;
  private loading: Promise<void> | undefined;
  private readonly fetch: typeof fetch;
  private readonly now: () => number;

  constructor(
    private readonly issuer: string,
    private readonly options: RemoteKeySetOptions = {},
  ) {
    this.fetch = options.fetch ?? fetch;
    this.now = () => (options.now?.() ?? new Date()).getTime();
  }

  /** @throws Error when no keys are known and the issuer cannot be reached */
  async find(kid: string): Promise<KeyObject | undefined> {
    const known = this.keys.get(kid);
    const now = this.now();
    if (known && now < this.freshUntil) return known;
    if (now - this.triedAt >= COOLDOWN_MS || this.loading) {
      await this.load().catch((error: unknown) => {
        if (this.keys.size === 0) throw error;
      });
    }
    return this.keys.get(kid);
  }

  private load(): Promise<void> {
    this.triedAt = this.now();
    this.loading ??= this.read().finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async read(): Promise<void> {
    const uri = this.options.jwksUri ?? (await this.discover());
    const response = await this.get(uri);
    const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid?: string })[] };
    const usable = keys.filter(({ kty, crv, kid }) => kty === 'EC' && crv === 'P-256' && kid);
    this.keys = new Map(
      usable.map((jwk) => [jwk.kid ?? '', createPublicKey({ key: jwk, format: 'jwk' })]),
    );
    this.freshUntil = this.now() + maxAge(response);
  }

  private async discover(): Promise<string> {
    const response = await this.get(`${this.issuer}/.well-known/oauth-authorization-server`);
    const metadata = (await response.json()) as { issuer?: string; jwks_uri?: string };
    // RFC 8414 §3.3: a document that names another issuer is not ours.
    if (metadata.issuer !== this.issuer || !metadata.jwks_uri) {
      throw new Error(`The metadata at ${this.issuer} is not that of this issuer.`);
    }
    return metadata.jwks_uri;
  }

  private async get(url: string): Promise<Response> {
    const response = await this.fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${url} answered with ${response.status}.`);
    return response;
  }
}

function maxAge(response: Response): number {
  const seconds = /max-age=(\d{1,6})/.exec(response.headers.get('cache-control') ?? '')?.[1];
  return seconds === undefined ? DEFAULT_MAX_AGE_MS : Number(seconds) * 1000;
}
