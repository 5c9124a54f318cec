import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashSecret } from '@flixcheck/oauth-protocol';
import { randomInt } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock, DAY } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { Sealing } from '../config/sealing.js';
import { newTotpSecret, setUpOf, stepOfCode } from './totp.js';

const RECOVERY_CODES = 10;
/** Without i, l, o and u, which are taken for others, or spell words. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
/** 140 bits: so many that a fast hash is right (OWASP ASVS 6.5.2, 11.5.1). Those of before have fewer. */
const RECOVERY_CODE_LENGTH = 28;
const GROUP = 4;

/** Whether a user has a second factor. */
export interface SecondFactorState {
  /** Null while there is none. */
  enabledAt: Date | null;
  recoveryCodesLeft: number;
}

interface FactorRow {
  sealedSecret: Buffer;
  confirmedAt: Date | null;
}

/**
 * The second factor of a sign-in: codes of an authenticator app (TOTP, RFC 6238), and recovery codes
 * for when the app is lost. Each works once.
 */
@Injectable()
export class SecondFactors {
  private readonly sealing: Sealing;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) config: RuntimeConfig,
    private readonly clock: Clock,
  ) {
    this.sealing = new Sealing(deriveKeys(config, 'second factors'));
  }

  async stateOf(
    userId: string,
    db: EntityManager = this.dataSource.manager,
  ): Promise<SecondFactorState> {
    const [state]: [SecondFactorState] = await db.query(
      `SELECT (SELECT confirmed_at FROM second_factors WHERE user_id = $1) AS "enabledAt",
              (SELECT count(*)::int FROM recovery_codes WHERE user_id = $1) AS "recoveryCodesLeft"`,
      [userId],
    );
    return state;
  }

  /** Which of these users have one. */
  async among(userIds: readonly string[]): Promise<Set<string>> {
    const rows: { userId: string }[] = await this.dataSource.query(
      `SELECT user_id AS "userId" FROM second_factors
        WHERE user_id = ANY ($1::uuid[]) AND confirmed_at IS NOT NULL`,
      [userIds],
    );
    return new Set(rows.map(({ userId }) => userId));
  }

  /**
   * Makes a secret for an app, which counts from the first code that proves that the app has it. An
   * earlier one that has never been confirmed is void.
   * @returns null if there is a second factor already
   */
  async begin(userId: string, email: string): Promise<{ secret: string; uri: string } | null> {
    const secret = newTotpSecret();
    const rows: unknown[] = await this.dataSource.query(
      `INSERT INTO second_factors AS f (user_id, sealed_secret, created_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET sealed_secret = $2, created_at = $3, last_step = 0
         WHERE f.confirmed_at IS NULL
       RETURNING 1`,
      [userId, this.sealing.seal(secret), this.clock.now()],
    );
    return rows.length === 0 ? null : setUpOf(secret, email);
  }

  /**
   * Switches the second factor on.
   * @returns the recovery codes, which are shown once; null if there is nothing to confirm, or the
   *   code is not right
   */
  async confirm(tx: EntityManager, userId: string, code: string): Promise<string[] | null> {
    const factor = await this.find(tx, userId);
    if (!factor || factor.confirmedAt || !(await this.useTotp(tx, userId, factor, code)))
      return null;
    await tx.query('UPDATE second_factors SET confirmed_at = $2 WHERE user_id = $1', [
      userId,
      this.clock.now(),
    ]);
    return this.renewRecoveryCodes(tx, userId);
  }

  /**
   * Uses up a code of the app, or a recovery code.
   * @param code as typed
   * @returns null if it is neither, or has been used
   */
  async use(
    tx: EntityManager,
    userId: string,
    code: string,
  ): Promise<'app' | 'recovery_code' | null> {
    const factor = await this.find(tx, userId);
    if (!factor?.confirmedAt) return null;
    if (await this.useTotp(tx, userId, factor, code)) return 'app';
    const [, used]: [unknown, number] = await tx.query(
      'DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2',
      [userId, hashSecret(withoutGaps(code))],
    );
    return used > 0 ? 'recovery_code' : null;
  }

  /** @returns the new codes, which are shown once; the earlier ones are void */
  async renewRecoveryCodes(tx: EntityManager, userId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    await tx.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
    await tx.query(
      'INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])',
      [userId, codes.map((code) => hashSecret(withoutGaps(code)))],
    );
    return codes;
  }

  /** @returns whether a warning is due: at most one a day, however often somebody tries */
  async warn(tx: EntityManager, userId: string): Promise<boolean> {
    const at = this.clock.now();
    const [, due]: [unknown, number] = await tx.query(
      `UPDATE second_factors SET warned_at = $2
        WHERE user_id = $1 AND (warned_at IS NULL OR warned_at <= $3)`,
      [userId, at, new Date(at.getTime() - DAY)],
    );
    return due > 0;
  }

  /** @returns whether there was one that counted */
  async remove(tx: EntityManager, userId: string): Promise<boolean> {
    const [rows]: [{ confirmed_at: Date | null }[]] = await tx.query(
      'DELETE FROM second_factors WHERE user_id = $1 RETURNING confirmed_at',
      [userId],
    );
    return rows[0]?.confirmed_at != null;
  }

  private async find(tx: EntityManager, userId: string): Promise<FactorRow | undefined> {
    const [row]: FactorRow[] = await tx.query(
      `SELECT sealed_secret AS "sealedSecret", confirmed_at AS "confirmedAt"
         FROM second_factors WHERE user_id = $1`,
      [userId],
    );
    return row;
  }

  /** A code is good once (RFC 6238 §5.2): the step is noted only if it is later than the last one. */
  private async useTotp(
    tx: EntityManager,
    userId: string,
    { sealedSecret }: FactorRow,
    code: string,
  ): Promise<boolean> {
    const opened = this.sealing.open(sealedSecret);
    if (!opened.plain) {
      throw new Error('the second factor is encrypted with an APP_SECRET that is not valid here');
    }
    const step = stepOfCode(opened.plain, withoutGaps(code), this.clock.now());
    if (step === null) return false;
    // Sealed anew, so that a previous secret may be left out of the configuration some day.
    const sealed = opened.with === 'present' ? sealedSecret : this.sealing.seal(opened.plain);
    const [, used]: [unknown, number] = await tx.query(
      `UPDATE second_factors SET last_step = $2, sealed_secret = $3
        WHERE user_id = $1 AND last_step < $2`,
      [userId, step, sealed],
    );
    return used > 0;
  }
}

function newRecoveryCode(): string {
  const letters = Array.from({ length: RECOVERY_CODE_LENGTH }, () => LETTERS[randomInt(32)]);
  return letters.join('').replaceAll(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$&-');
}

/** As people type what they read: in capitals, with or without the gaps. */
function withoutGaps(code: string): string {
  return code.replaceAll(/[\s-]/g, '').toLowerCase();
}
