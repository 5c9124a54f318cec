import { Inject, Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock, MINUTE } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ApiError } from '../http/api-error.js';
import { secondsOf } from '../http/attempt-limits.js';
import { networkOf } from '../http/network.js';

export const WINDOW_MS = 15 * MINUTE;
/** For an address, and apart from it for each browser from which its owner has signed in before. */
export const MAX_FAILURES_PER_EMAIL = 10;
export const MAX_FAILURES_PER_NETWORK = 100;

/** Whose failures were too many: of one account (or of a browser its owner knows), or of a network. */
export type SignInLimit = 'account' | 'network';

/** A password that is to be tried. */
export interface Guess {
  /** In lower case; it makes no difference whether a user has it. */
  email: string;
  ip: string;
  /** The browser, if this user has signed in there before: its failures are counted apart. */
  knownDevice: string | null;
}

/** A password check under way, which counts as a failure until it is settled. */
export interface Attempt {
  id: string;
}

/**
 * Limits the guessing of passwords, counted in the database so that it holds across nodes. Attempts
 * are counted before their passwords are checked, and taken back if these were right: however many
 * arrive at once, no more passwords are tried than the limit allows.
 */
@Injectable()
export class SignInLimits {
  /** One for each valid APP_SECRET, so that failures still count after the secret has changed. */
  private readonly emailKeys: readonly [present: Buffer, ...previous: Buffer[]];

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) config: RuntimeConfig,
  ) {
    this.emailKeys = deriveKeys(config, 'sign-in failures by e-mail address');
  }

  /**
   * Refuses an attempt that is over the limits already. Only reads: counts nothing, takes no lock.
   * @throws ApiError too_many_attempts, with the time until another try
   */
  async check(guess: Guess): Promise<void> {
    await this.refuseOverLimits(this.dataSource.manager, this.keysOf(guess), this.clock.now());
  }

  /**
   * Counts an attempt before its password is checked.
   * @throws ApiError too_many_attempts when others have reached the limit since `check`
   */
  async begin(guess: Guess): Promise<Attempt> {
    const keys = this.keysOf(guess);
    const networkHashes = this.hashes(`network ${keys.network}`);
    const locks = [...inOrder(keys.targetHashes), ...inOrder(networkHashes)];
    const now = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      // Always in this order, so that no two attempts wait for each other.
      await tx.query('SELECT pg_advisory_xact_lock(id) FROM unnest($1::bigint[]) AS id', [locks]);
      // A separate statement, because its snapshot must be taken after the locks.
      await this.refuseOverLimits(tx, keys, now);
      const [{ id }]: [{ id: string }] = await tx.query(
        `INSERT INTO sign_in_failures (email_hash, network, at) VALUES ($1, $2, $3) RETURNING id`,
        [keys.targetHashes[0], keys.known ? 'known browser' : keys.network, now],
      );
      return { id };
    });
  }

  private hashes(text: string): [present: Buffer, ...previous: Buffer[]] {
    const hash = (key: Buffer) => createHmac('sha256', key).update(text).digest();
    const [present, ...previous] = this.emailKeys;
    return [hash(present), ...previous.map(hash)];
  }

  /** Takes back an attempt whose password was right. Earlier failures keep counting. */
  async succeed(attempt: Attempt): Promise<void> {
    await this.dataSource.query('DELETE FROM sign_in_failures WHERE id = $1', [attempt.id]);
  }

  /** Failures for this address no longer count, because its owner has proved to read its mails. */
  async forget(tx: EntityManager, email: string): Promise<void> {
    await tx.query('DELETE FROM sign_in_failures WHERE email_hash = ANY ($1)', [
      this.hashes(email),
    ]);
  }

  /** A pseudonym for the audit trail: the same for the same address, and unreadable. */
  nameOf(email: string): string {
    return this.hashes(email)[0].toString('hex').slice(0, 16);
  }

  private async refuseOverLimits(db: EntityManager, keys: Keys, now: Date): Promise<void> {
    const [{ by_target, by_network }]: [{ by_target: Date | null; by_network: Date | null }] =
      await db.query(
        `SELECT
           (SELECT at FROM sign_in_failures WHERE email_hash = ANY ($1) AND at > $3
            ORDER BY at DESC OFFSET $4 LIMIT 1) AS by_target,
           (SELECT at FROM sign_in_failures WHERE network = $2 AND at > $3
            ORDER BY at DESC OFFSET $5 LIMIT 1) AS by_network`,
        [
          keys.targetHashes,
          keys.known ? null : keys.network,
          new Date(now.getTime() - WINDOW_MS),
          MAX_FAILURES_PER_EMAIL - 1,
          MAX_FAILURES_PER_NETWORK - 1,
        ],
      );
    const filledBy = Math.max(by_target?.getTime() ?? 0, by_network?.getTime() ?? 0);
    if (filledBy === 0) return;
    const waitMs = filledBy + WINDOW_MS - now.getTime();
    throw new OverSignInLimit(by_target ? 'account' : 'network', waitMs);
  }

  private keysOf({ email, ip, knownDevice }: Guess): Keys {
    const known = knownDevice !== null;
    // No address has a space in it, so that no guess can be counted for a browser.
    const target = known ? `device ${knownDevice}` : email;
    return { targetHashes: this.hashes(target), network: networkOf(ip), known };
  }
}

/** Which limit it is, is for the audit trail: the answer is the same for both. */
export class OverSignInLimit extends ApiError {
  constructor(
    readonly limit: SignInLimit,
    waitMs: number,
  ) {
    const retryAfterSeconds = secondsOf(waitMs);
    super('too_many_attempts', tooOften(retryAfterSeconds), { retryAfterSeconds });
  }
}

/** What attempts are counted by. */
interface Keys {
  /** Of the address, or of the known browser; one for each valid secret, the present one first. */
  targetHashes: [present: Buffer, ...previous: Buffer[]];
  network: string;
  /** Failures of others in the network do not keep a known browser out. */
  known: boolean;
}

/** Advisory locks in the same order on every node, whichever of its secrets is the present one. */
function inOrder(hashes: readonly Buffer[]): string[] {
  return [...hashes].sort(Buffer.compare).map((hash) => hash.readBigInt64BE().toString());
}

const tooOften = (seconds: number): string =>
  `There were too many failed attempts. Try again in ${seconds} seconds.`;
