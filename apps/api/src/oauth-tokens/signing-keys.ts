import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock, DAY, HOUR, MINUTE } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import type { SealedWith } from '../config/sealing.js';
import { ChangeFeed, type Subscribed } from '../database/change-feed.js';
import { ApiError } from '../http/api-error.js';
import { AppLogger } from '../telemetry/app-logger.js';
import { AuditLog } from '../users/audit-log.js';
import { ACCESS_TOKEN_LIFETIME_MS, CLOCK_TOLERANCE_MS } from './token-rules.js';
import { SigningKey } from './signing-key.entity.js';
import { SigningKeySealing } from './signing-key-sealing.js';

/**
 * Verifiers may keep the published keys for this long, so a new key waits longer before it signs.
 */
export const JWKS_MAX_AGE_SECONDS = 300;
const PUBLISH_AHEAD_MS = 10 * MINUTE;
export const ROTATE_AFTER_MS = 90 * DAY;
/** A node that has not been restarted yet may still sign with a key of another APP_SECRET. */
const KEEP_FOREIGN_MS = DAY;
/** By then all nodes have been restarted with the new APP_SECRET. */
const SEAL_ANEW_AFTER_MS = HOUR;
const ROTATION_LOCK = 7_304_002;
/** Looks a new key up whose announcement has not arrived; limits what made-up ids cost. */
const UNKNOWN_KEY_READ_MS = 50;

interface LoadedKey {
  kid: string;
  publicJwk: JsonWebKey;
  publicKey: KeyObject;
  /** null: encrypted with another APP_SECRET, so it can only verify here. */
  privateKey: KeyObject | null;
  createdAt: Date;
  signsFrom: Date;
}

export interface SigningKeyStatus {
  kid: string;
  createdAt: Date;
  signsFrom: Date;
  revokedAt: Date | null;
  status: 'signing' | 'published' | 'retired' | 'revoked';
  /** Which APP_SECRET of this program it is encrypted with. */
  secret: SealedWith;
}

/**
 * The ES256 keys that sign access tokens. They are stored encrypted with APP_SECRET, published
 * before they sign, and kept until the last token that they signed has expired (RFC 7517, RFC 9700
 * §2.6).
 */
@Injectable()
export class SigningKeys {
  private keys: LoadedKey[] = [];
  private loadedAt = 0;
  private loading: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private readonly sealing: SigningKeySealing;
  private readonly announced: Subscribed;
  /** When this program began to sign; a command never does. */
  private signingSince: Date | undefined;
  private readonly foreign = new Set<string>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) config: RuntimeConfig,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    private readonly audit: AuditLog,
    private readonly logger: AppLogger,
  ) {
    this.sealing = new SigningKeySealing(deriveKeys(config, 'signing-keys'));
    this.announced = feed.subscribe({
      channel: 'signing_keys',
      onChange: () => this.load(),
      catchUp: async (_query, reconnected) => {
        if (reconnected) await this.load();
      },
    });
  }

  /**
   * From now on this program signs, and creates a key whenever there is none that it can sign with:
   * at the first start, and after a change of APP_SECRET. Commands never do, because they may run
   * with another APP_SECRET than the nodes.
   */
  async startSigning(): Promise<void> {
    this.signingSince ??= this.clock.now();
    await this.load();
  }

  /**
   * The key that signs now.
   * @throws ApiError service_unavailable if this node has none yet
   */
  current(): { kid: string; privateKey: KeyObject } {
    const key = this.signingKey();
    if (!key?.privateKey) {
      throw new ApiError('service_unavailable', 'There is no key to sign with; try again soon.', {
        retryAfterSeconds: 1,
      });
    }
    return { kid: key.kid, privateKey: key.privateKey };
  }

  /**
   * Makes sure that there is a `current` key which is not revoked. Called before a code or refresh
   * token is used up, whose answer would otherwise be lost.
   * @throws ApiError service_unavailable; what the database throws
   */
  async ready(): Promise<void> {
    if (!this.announced.isCurrent() || this.signingKey() === undefined) await this.load();
    this.current();
  }

  /** Since when the current key has been signing; undefined if this node has none. */
  signsSince(): Date | undefined {
    return this.signingKey()?.signsFrom;
  }

  /**
   * The public key with this id, unless it has been revoked or retired. Reads the table if this
   * node may have missed a change, or has heard of one that it has not read yet.
   */
  async find(kid: string): Promise<KeyObject | undefined> {
    const known = this.known(kid);
    if (known && this.announced.isCurrent()) return known;
    const isRecent = performance.now() - this.loadedAt < UNKNOWN_KEY_READ_MS;
    if (!this.announced.isCurrent() || !isRecent) await this.load();
    return this.known(kid);
  }

  /**
   * What `/.well-known/jwks.json` shows (RFC 7517 §5). As up to date as `find`, because its readers
   * trust a key for minutes.
   */
  async jwks(): Promise<{ keys: JsonWebKey[] }> {
    if (!this.announced.isCurrent()) await this.load();
    return {
      keys: this.keys.map(({ kid, publicJwk }) => ({
        ...publicJwk,
        kid,
        use: 'sig',
        alg: 'ES256',
      })),
    };
  }

  /** Every key that is still in the table, newest first. */
  async list(): Promise<SigningKeyStatus[]> {
    const rows = await this.dataSource
      .getRepository(SigningKey)
      .find({ order: { signsFrom: 'DESC', createdAt: 'DESC' } });
    const now = this.clock.now();
    const inForce = rows.filter((row) => row.revokedAt === null && row.signsFrom <= now);
    const signing = inForce.find((row) => this.decrypt(row) !== null) ?? inForce[0];
    return rows.map((row) => ({
      kid: row.kid,
      createdAt: row.createdAt,
      signsFrom: row.signsFrom,
      revokedAt: row.revokedAt,
      status:
        row.revokedAt !== null
          ? 'revoked'
          : row === signing
            ? 'signing'
            : row.signsFrom > now
              ? 'published'
              : 'retired',
      secret: this.sealing.open(row.privateKeyEncrypted).with,
    }));
  }

  /**
   * Whether this program has an APP_SECRET that opens at least one of the keys; also true if there
   * are no keys yet.
   */
  async isOurs(): Promise<boolean> {
    const rows = await this.dataSource.getRepository(SigningKey).find();
    return rows.length === 0 || rows.some((row) => this.decrypt(row) !== null);
  }

  /**
   * Adds a key. It is published at once, and signs once verifiers cannot have an older list, or at
   * once with `immediately` (when the current one is compromised).
   * @returns the new key's id
   */
  async rotate({ immediately = false } = {}): Promise<string> {
    const kid = await this.locked((tx) => this.insert(tx, immediately ? 0 : PUBLISH_AHEAD_MS));
    this.feed.tellOthers();
    await this.load();
    return kid;
  }

  /**
   * Ends a key: tokens that it signed are refused from now on, on every node. If it was the current
   * one, another takes over at once.
   * @returns false when there is no such key
   */
  async revoke(kid: string): Promise<boolean> {
    const revoked = await this.locked(async (tx) => {
      const [, count] = (await tx.query(
        'UPDATE signing_keys SET revoked_at = $2 WHERE kid = $1 AND revoked_at IS NULL',
        [kid, this.clock.now()],
      )) as [unknown, number];
      if (count === 0) return false;
      if (await this.isOurs()) await this.insertWhereNoneSigns(tx);
      await this.audit.record(tx, {
        actorId: null,
        action: 'signing_key_revoked',
        subjectId: null,
        detail: { kid },
        at: this.clock.now(),
      });
      return true;
    });
    this.feed.tellOthers();
    await this.load();
    return revoked;
  }

  /**
   * Housekeeping: rotates on schedule, encrypts keys again that a previous APP_SECRET still seals,
   * and removes keys whose last token has expired.
   */
  async maintain(): Promise<void> {
    const now = this.clock.now().getTime();
    await this.locked(async (tx) => {
      await this.insertWhereNoneSigns(tx);
      const keys = await this.usable(tx);
      const ours = keys.filter((key) => this.decrypt(key) !== null);
      const [newest] = ours;
      if (newest && newest.signsFrom.getTime() < now - ROTATE_AFTER_MS) {
        await this.insert(tx, PUBLISH_AHEAD_MS);
      }
      const goneFrom = new Date(now - ACCESS_TOKEN_LIFETIME_MS - 2 * CLOCK_TOLERANCE_MS);
      const foreign = keys.filter((key) => !ours.includes(key));
      const gone = [
        ...olderThan(ours, ours, goneFrom),
        ...olderThan(foreign, ours, new Date(goneFrom.getTime() - KEEP_FOREIGN_MS)),
      ];
      await tx.query('DELETE FROM signing_keys WHERE kid = ANY ($1)', [gone.map(({ kid }) => kid)]);
      await tx.query('DELETE FROM signing_keys WHERE revoked_at < $1', [goneFrom]);
      if (this.signingSince && this.signingSince.getTime() <= now - SEAL_ANEW_AFTER_MS) {
        await this.sealAnew(tx);
      }
    });
    await this.load();
  }

  private known(kid: string): KeyObject | undefined {
    return this.keys.find((key) => key.kid === kid)?.publicKey;
  }

  private signingKey(): LoadedKey | undefined {
    const now = this.clock.now();
    return this.keys.find((key) => key.privateKey !== null && key.signsFrom <= now);
  }

  private async insertWhereNoneSigns(tx: EntityManager): Promise<void> {
    const now = this.clock.now();
    const signs = (await this.usable(tx)).some(
      (key) => key.signsFrom <= now && this.decrypt(key) !== null,
    );
    if (!signs) await this.insert(tx, 0);
  }

  /** Waits until no node is left that has only the old secret and needs the old seal. */
  private async sealAnew(tx: EntityManager): Promise<void> {
    for (const { kid, privateKeyEncrypted } of await tx.find(SigningKey)) {
      const { key, with: sealedWith } = this.sealing.open(privateKeyEncrypted);
      if (!key || sealedWith === 'present') continue;
      await tx.update(SigningKey, { kid }, { privateKeyEncrypted: this.sealing.seal(key) });
      this.logger.log(`the signing key ${kid} is now encrypted with the present APP_SECRET`);
    }
  }

  private usable(tx: EntityManager): Promise<SigningKey[]> {
    return tx
      .createQueryBuilder(SigningKey, 'key')
      .where('key.revokedAt IS NULL')
      .orderBy('key.signsFrom', 'DESC')
      .addOrderBy('key.createdAt', 'DESC')
      .getMany();
  }

  /** Only one node at a time changes keys. */
  private locked<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [ROTATION_LOCK]);
      return work(tx);
    });
  }

  private async insert(tx: EntityManager, delayMs: number): Promise<string> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    // Not base64url: the command that revokes it would take a leading dash for an option.
    const kid = randomBytes(12).toString('hex');
    const now = this.clock.now();
    await tx.insert(SigningKey, {
      kid,
      privateKeyEncrypted: this.sealing.seal(privateKey),
      publicJwk: publicKey.export({ format: 'jwk' }) as object,
      createdAt: now,
      signsFrom: new Date(now.getTime() + delayMs),
      revokedAt: null,
    });
    await this.audit.record(tx, {
      actorId: null,
      action: 'signing_key_created',
      subjectId: null,
      detail: { kid, delayMs },
      at: now,
    });
    return kid;
  }

  /**
   * A caller that asks during a read may have heard of a change that this read has missed, so
   * another read follows; one is enough for all who ask in the meantime.
   */
  private load(): Promise<void> {
    if (!this.loading) {
      this.loading = this.read().finally(() => (this.loading = undefined));
      return this.loading;
    }
    this.next ??= this.loading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.load();
      });
    return this.next;
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    const rows = await this.usable(this.dataSource.manager);
    this.keys = rows.map((row) => ({
      kid: row.kid,
      publicJwk: row.publicJwk,
      publicKey: createPublicKey({ key: row.publicJwk, format: 'jwk' }),
      privateKey: this.decrypt(row),
      createdAt: row.createdAt,
      signsFrom: row.signsFrom,
    }));
    this.loadedAt = startedAt;
    if (this.signingSince && this.signingKey() === undefined) {
      await this.locked((tx) => this.insertWhereNoneSigns(tx));
      await this.read();
    }
  }

  private decrypt({ kid, privateKeyEncrypted }: SigningKey): KeyObject | null {
    const { key } = this.sealing.open(privateKeyEncrypted);
    if (key === null && !this.foreign.has(kid)) {
      this.foreign.add(kid);
      this.logger.warn(
        `the signing key ${kid} was encrypted with another APP_SECRET, so it only verifies here; ` +
          'name that secret in APP_SECRET_PREVIOUS, or give every node and command the same one',
      );
    }
    return key;
  }
}

/** The keys that one of `successors` has replaced by then. */
function olderThan(keys: SigningKey[], successors: SigningKey[], by: Date): SigningKey[] {
  const successor = successors.find(({ signsFrom }) => signsFrom < by);
  return successor ? keys.filter(({ signsFrom }) => signsFrom < successor.signsFrom) : [];
}
