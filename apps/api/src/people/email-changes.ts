import { Injectable } from '@nestjs/common';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { DataSource, type EntityManager } from 'typeorm';
import { SessionsService } from '../auth/sessions.service.js';
import { Clock } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { ApiError } from '../http/api-error.js';
import { tooManyAttempts } from '../http/attempt-limits.js';
import { validationFailed } from '../http/validation.js';
import { EMAIL_CHANGE_LIFETIME_MS } from '../mail/email-change-mails.js';
import { Mail } from '../mail/mail.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { type GivenProof, IdentityProof, type ProofSource } from './identity-proof.js';
import { endEmailChanges, endRecoveryLinks, linkInvalid } from './recovery-links.js';

/** Within the life of a link: of one user, and to one address. */
export const MAX_EMAIL_CHANGES = 5;

export interface EmailChange extends GivenProof {
  newEmail: string;
}

/** Lets users give themselves another e-mail address, once they have shown that they read its mails. */
@Injectable()
export class EmailChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly proof: IdentityProof,
    private readonly sessions: SessionsService,
    private readonly mail: Mail,
    private readonly notices: Notices,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends a link to the new address, and tells the present one. An address that somebody else has
   * gets a mail that says so instead: the caller learns nothing of it.
   * @throws ApiError validation_failed for a wrong password, code or passkey, or the present address;
   *   too_many_attempts; session_required when the user has been disabled in the meantime
   */
  async request(caller: SessionCaller, change: EmailChange, source: ProofSource): Promise<void> {
    const email = normalizeEmail(change.newEmail);
    const user = await this.proof.verify(caller, change, source);
    if (normalizeEmail(user.email) === email) throw sameAddress();
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      // One request of a user at a time, so that the limit holds and one link is good.
      if (!(await this.users.lockActive(tx, user.id, 'NO KEY UPDATE'))) throw sessionEnded();
      await this.refuseMore(tx, user.id, email, at);
      await endEmailChanges(tx, user.id);
      const owner = (await this.users.accountsByEmail(tx, [email])).get(email);
      const token = randomSecret();
      await tx.query(
        `INSERT INTO email_changes (user_id, email, token_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)`,
        [user.id, email, owner ? null : hashSecret(token), at, expiry(at)],
      );
      if (!owner) {
        const to = { email, locale: user.locale, userId: null };
        const data = { token, name: nameOf(user) };
        await this.mail.enqueue(tx, 'email-change', to, data, { id: user.id });
      } else {
        await this.notices.tell(tx, 'email-change-known', [owner.userId], {});
      }
      await this.notices.tell(tx, 'email-change-requested', [user.id], { email });
      await this.audit.record(tx, {
        actorId: user.id,
        action: 'email_change_requested',
        subjectId: user.id,
        detail: { ip: source.ip },
        at,
      });
    });
  }

  /**
   * What a link is about that the caller has asked for.
   * @throws ApiError validation_failed at `token`
   */
  async find(
    { userId }: SessionCaller,
    token: string,
  ): Promise<{ newEmail: string; expiresAt: Date }> {
    const [open]: { newEmail: string; expiresAt: Date }[] = await this.dataSource.query(
      `SELECT email AS "newEmail", expires_at AS "expiresAt" FROM email_changes
        WHERE token_hash = $1 AND user_id = $2 AND expires_at > $3`,
      [hashSecret(token), userId, this.clock.now()],
    );
    if (!open) throw linkInvalid(REMEDY);
    return open;
  }

  /**
   * The user has the new address from now on. All other sessions of theirs end, and every link to
   * set a new password; the old address is told.
   * @param token from the link in the mail to the new address
   * @throws ApiError validation_failed at `token`, and then nothing changes
   */
  async complete(caller: SessionCaller, token: string, ip: string): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const user = await this.users.lockActive(tx, caller.userId, 'NO KEY UPDATE');
      const [[used]]: [{ email: string }[], number] = await tx.query(
        `UPDATE email_changes SET token_hash = NULL
          WHERE token_hash = $1 AND user_id = $2 AND expires_at > $3 RETURNING email`,
        [hashSecret(token), caller.userId, at],
      );
      if (!user || !used) throw linkInvalid(REMEDY);
      if (!(await this.users.setEmail(tx, user.id, used.email))) throw takenMeanwhile();
      await endRecoveryLinks(tx, user.id, at);
      const end = { actorId: user.id, reason: 'email_changed', at } as const;
      await this.sessions.endAllBut(tx, user.id, caller.sessionId, end);
      await this.audit.record(tx, {
        actorId: user.id,
        action: 'email_changed',
        subjectId: user.id,
        detail: { ip },
        at,
      });
      const { locale, email } = user;
      await this.mail.enqueue(
        tx,
        'email-changed',
        { email, locale, userId: user.id },
        { email: used.email, at: at.toISOString() },
      );
    });
  }

  private async refuseMore(
    tx: EntityManager,
    userId: string,
    email: string,
    at: Date,
  ): Promise<void> {
    const [{ filled }]: [{ filled: Date | null }] = await tx.query(
      `SELECT greatest(
         (SELECT expires_at FROM email_changes WHERE user_id = $1 AND expires_at > $3
           ORDER BY expires_at DESC OFFSET ${MAX_EMAIL_CHANGES - 1} LIMIT 1),
         (SELECT expires_at FROM email_changes WHERE email = $2 AND expires_at > $3
           ORDER BY expires_at DESC OFFSET ${MAX_EMAIL_CHANGES - 1} LIMIT 1)) AS filled`,
      [userId, email, at],
    );
    if (filled) throw tooManyAttempts(filled.getTime() - at.getTime(), tooOften);
  }
}

const REMEDY = 'Ask for the change again.';

const nameOf = ({ firstName, lastName }: UserRecord): string => `${firstName} ${lastName}`;

const expiry = (at: Date): Date => new Date(at.getTime() + EMAIL_CHANGE_LIFETIME_MS);

const tooOften = (seconds: number): string =>
  `The address was to be changed too often. Try again in ${seconds} seconds.`;

function sameAddress(): ApiError {
  const message = 'This is your address already.';
  return validationFailed([{ field: 'newEmail', code: 'same_as_current', message }]);
}

function takenMeanwhile(): ApiError {
  const message = 'Somebody else has this address in the meantime. Choose another one.';
  return validationFailed([{ field: 'token', code: 'address_taken', message }]);
}

function sessionEnded(): ApiError {
  return new ApiError('session_required', 'The session has ended. Sign in again.');
}
