import { Injectable } from '@nestjs/common';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import type { EntityManager } from 'typeorm';
import { networkOf } from '../http/network.js';
import { DISAVOWAL_LIFETIME_MS } from '../mail/mail-kinds.js';
import { Notices } from '../users/notices.js';
import { normalizeEmail, type UserRecord } from '../users/users.service.js';
import { KnownDevices } from './known-devices.js';
import { type Device, MAX_USER_AGENT_LENGTH } from './sessions.service.js';
import { deviceWords } from './user-agent.js';

/**
 * Tells users that somebody has signed in where they never have before, with a link for those who
 * were not the one.
 */
@Injectable()
export class NewDeviceNotices {
  constructor(
    private readonly devices: KnownDevices,
    private readonly notices: Notices,
  ) {}

  /**
   * Not at the first sign-in of all, and not again as long as the link of an earlier mail about the
   * same program and network is good: a program that keeps no cookies signs in all the time.
   * @param tx which has locked the user
   * @param user as before the sign-in
   * @param signIn `devicesKnownFrom` as `recordSignIn` answers
   */
  async tell(
    tx: EntityManager,
    user: UserRecord,
    { ip, userAgent, deviceCookie }: Device & { deviceCookie: string | undefined },
    { at, devicesKnownFrom: from }: { at: Date; devicesKnownFrom: Date | null },
  ): Promise<void> {
    if (user.lastSignInAt === null) return;
    const knownSince = this.devices.knownSince(deviceCookie, normalizeEmail(user.email));
    if (knownSince !== null && (from === null || from < knownSince)) return;
    const token = randomSecret();
    const program = userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? '';
    const isNew: unknown[] = await tx.query(
      `INSERT INTO sign_in_notices (token_hash, user_id, network, user_agent, created_at, expires_at)
       SELECT $1, $2, $3, $4, $5, $6
        WHERE NOT EXISTS (
          SELECT FROM sign_in_notices
           WHERE user_id = $2 AND network = $3 AND user_agent = $4 AND expires_at > $5
             AND ($7::timestamptz IS NULL OR created_at > $7))
       RETURNING 1`,
      [
        ...[hashSecret(token), user.id, networkOf(ip), program, at],
        ...[new Date(at.getTime() + DISAVOWAL_LIFETIME_MS), from],
      ],
    );
    if (isNew.length === 0) return;
    const { browser, system } = deviceWords(program);
    await this.notices.tell(tx, 'new-device', [user.id], {
      ...{ token, at: at.toISOString(), ip, browser, system },
    });
  }

  /**
   * The sign-in that a link is about. Looking does not use the link up.
   * @returns null if the link was used, or has expired
   */
  async find(db: EntityManager, token: string, now: Date): Promise<DoubtedSignIn | null> {
    const [found]: DoubtedSignIn[] = await db.query(
      `SELECT user_id AS "userId", created_at AS at FROM sign_in_notices
        WHERE token_hash = $1 AND expires_at > $2`,
      [hashSecret(token), now],
    );
    return found ?? null;
  }

  /**
   * Uses up the link, and those about later sign-ins. One about an earlier sign-in stays good, since
   * more was done since then.
   * @param tx which has locked the user
   * @returns whether it was still good
   */
  async use(tx: EntityManager, userId: string, token: string, now: Date): Promise<boolean> {
    const [links]: [unknown[]] = await tx.query(
      `DELETE FROM sign_in_notices n USING sign_in_notices mine
        WHERE mine.token_hash = $2 AND mine.user_id = $1 AND mine.expires_at > $3
          AND n.user_id = $1 AND n.created_at >= mine.created_at
       RETURNING n.token_hash`,
      [userId, hashSecret(token), now],
    );
    return links.length > 0;
  }
}

/** A sign-in that its user may disavow. */
interface DoubtedSignIn {
  userId: string;
  at: Date;
}
