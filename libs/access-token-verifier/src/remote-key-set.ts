import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

export interface RemoteKeySetOptions {
  /** Where the keys are; absent: found in the issuer's metadata (RFC 8414). */
  jwksUri?: string;
  /** How old the keys may get before they are fetched again; 60 by default, at least 10. */
  keysMaxAgeSeconds?: number;
  /**
   * How long they are trusted after the last fetch that succeeded, while the issuer cannot be
   * reached; 300 by default. After that nobody can tell whether a token is good.
   */
  keysTrustSeconds?: number;
  fetch?: typeof fetch;
  now?: () => Date;
}

/**
 * The issuer's keys have been unavailable for so long that nobody can tell: answer 503, not 401.
 */
export class KeysUnavailableError extends Error {
  readonly reason = 'keys_unavailable';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeysUnavailableError';
  }
}

const SECOND = 1000;
const DEFAULT_MAX_AGE_S = 60;
const DEFAULT_TRUST_S = 300;
/** At most one look for an unknown key in this time: made-up key ids must not become requests. */
const COOLDOWN_MS = 10 * SECOND;
/** From this part of their age on, keys are fetched while requests go on with those that are known. */
const RENEW_FROM = 3 / 4;
const TIMEOUT_MS = 5 * SECOND;

/**
 * The issuer's public keys (RFC 7517), fetched when first needed, again before they grow old, and
 * when a token names a key that is not known yet. A key that has been revoked is trusted no longer
 * than `keysMaxAgeSeconds`, and while the issuer cannot be reached no longer than `keysTrustSeconds`.
 */
export class RemoteKeySet {
  private keys = new Map<string, KeyObject>();
  /** Both count from the moment for which the issuer has vouched for the keys. */
  private staleFrom = -Infinity;
  private untrustedFrom = -Infinity;
  private renewFrom = -Infinity;
  private triedAt = -Infinity;
  private failure: unknown;
  private loading: Promise<void> | undefined;
  private readonly maxAgeMs: number;
  private readonly trustMs: number;
  private readonly fetch: typeof fetch;
  private readonly now: () => number;

  constructor(
    private readonly issuer: string,
    private readonly options: RemoteKeySetOptions = {},
  ) {
    this.fetch = options.fetch ?? fetch;
    this.now = () => (options.now?.() ?? new Date()).getTime();
    this.maxAgeMs = Math.max(
      (options.keysMaxAgeSeconds ?? DEFAULT_MAX_AGE_S) * SECOND,
      COOLDOWN_MS,
    );
    this.trustMs = Math.max((options.keysTrustSeconds ?? DEFAULT_TRUST_S) * SECOND, this.maxAgeMs);
  }

  /**
   * @returns the key, or undefined if the issuer has none with this id
   * @throws KeysUnavailableError when the issuer has not been reached for too long
   */
  async find(kid: string): Promise<KeyObject | undefined> {
    const now = this.now();
    const mayTry = now - this.triedAt >= COOLDOWN_MS;
    const isTrusted = now < this.untrustedFrom;
    const known = isTrusted ? this.keys.get(kid) : undefined;
    if (known && (now < this.staleFrom || this.failure !== undefined)) {
      if (now >= this.renewFrom && mayTry) void this.load().catch(() => undefined);
      return known;
    }
    if (mayTry || this.loading) await this.load().catch(() => undefined);
    if (this.now() >= this.untrustedFrom) throw unavailable(this.failure);
    const found = this.keys.get(kid);
    // It may be a new one: only the issuer could tell.
    if (!found && this.failure !== undefined) throw unavailable(this.failure);
    return found;
  }

  private load(): Promise<void> {
    this.loading ??= this.read()
      .then(
        () => (this.failure = undefined),
        (error: unknown) => {
          this.failure = error;
          throw error;
        },
      )
      .finally(() => (this.loading = undefined)) as Promise<void>;
    return this.loading;
  }

  private async read(): Promise<void> {
    const askedAt = this.now();
    this.triedAt = askedAt;
    const uri = this.options.jwksUri ?? (await this.discover());
    const response = await this.get(uri);
    const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid?: string })[] };
    const usable = keys.filter(({ kty, crv, kid }) => kty === 'EC' && crv === 'P-256' && kid);
    this.keys = new Map(
      usable.map((jwk) => [jwk.kid ?? '', createPublicKey({ key: jwk, format: 'jwk' })]),
    );
    const { vouchedMs, maxAgeMs } = this.freshness(response);
    const vouchedAt = askedAt - vouchedMs;
    this.staleFrom = vouchedAt + maxAgeMs;
    this.renewFrom = vouchedAt + RENEW_FROM * maxAgeMs;
    this.untrustedFrom = vouchedAt + this.trustMs;
  }

  /** RFC 9111: the issuer may shorten the age, and a cache in between says how old its copy is. */
  private freshness({ headers }: Response): { vouchedMs: number; maxAgeMs: number } {
    const maxAge = /(?:^|[\s,])max-age=(\d{1,6})/.exec(headers.get('cache-control') ?? '')?.[1];
    const maxAgeMs =
      maxAge === undefined
        ? this.maxAgeMs
        : Math.min(this.maxAgeMs, Math.max(Number(maxAge) * SECOND, COOLDOWN_MS));
    const age = Number(headers.get('age') ?? 0);
    return { vouchedMs: Number.isFinite(age) && age > 0 ? age * SECOND : 0, maxAgeMs };
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
      // A cache in between has to ask the issuer whether its copy still holds (RFC 9111 §5.2.1.4).
      headers: { accept: 'application/json', 'cache-control': 'no-cache' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${url} answered with ${response.status}.`);
    return response;
  }
}

function unavailable(cause: unknown): KeysUnavailableError {
  const why = cause instanceof Error ? ` ${cause.message}` : '';
  return new KeysUnavailableError(`The issuer's keys cannot be fetched.${why}`, { cause });
}
