import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import type { SessionCaller } from '../http/access.js';
import { type ApiError, notFound } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { AuditLog } from '../users/audit-log.js';
import { refuseCommonPassword } from '../users/common-passwords.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { Credentials } from './credentials.js';
import { SessionsService } from './sessions.service.js';
import { SignInLimits } from './sign-in-limits.js';

export interface PasswordChange {
  currentPassword: string;
  newPassword: string;
  revokeConnections?: boolean;
}

/** What a new password is instead of a forgotten one. */
export interface PasswordReset {
  newPassword: string;
  revokeConnections?: boolean;
}

/** Changing one's own password, and replacing one that is forgotten or known to others. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly credentials: Credentials,
    private readonly limits: SignInLimits,
    private readonly sessions: SessionsService,
    private readonly connections: ConnectionsService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Replaces the password and ends the user's other sessions; connections stay unless the user
   * wants them gone too (CONTRACT §5). Guessing the current one counts as failing to sign in.
   * @throws ApiError validation_failed, too_many_attempts
   */
  async change(caller: SessionCaller, ip: string, change: PasswordChange): Promise<void> {
    const user = await this.users.findById(caller.userId);
    if (!user) throw notFound('The user');
    const { currentPassword, newPassword, revokeConnections = false } = change;
    refuseUnfit(newPassword, currentPassword, user);
    const verified = await this.credentials.verify(user.email, currentPassword, ip);
    if (!verified) throw wrongPassword();
    const newHash = await this.hasher.hash(newPassword);
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const changed = await this.users.setPassword(tx, user.id, newHash, verified.passwordHash);
      if (!changed) throw wrongPassword();
      await this.limits.succeed(tx, verified.attempt);
      await this.sessions.endOthers(user.id, caller.sessionId, tx);
      if (revokeConnections) {
        await this.connections.revoke(
          { userId: user.id },
          { actorId: user.id, reason: 'password_changed', at },
          tx,
        );
      }
      await this.audit.record(tx, {
        actorId: user.id,
        action: 'password_changed',
        subjectId: user.id,
        detail: { revokeConnections },
        at,
      });
    });
  }

  /**
   * Replaces a user's password, for the command line. Ends all sessions of the user; connections
   * stay unless they are to go too.
   * @throws ApiError not_found, validation_failed for a common password
   */
  async reset(userId: string, reset: PasswordReset): Promise<void> {
    const user = await this.users.findById(userId);
    if (!user) throw notFound('The user');
    const { newPassword, revokeConnections = false } = reset;
    refuseCommonPassword('password', newPassword, personalWords(user));
    const newHash = await this.hasher.hash(newPassword);
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      await this.users.replacePassword(tx, user.id, newHash);
      await this.sessions.endAll(user.id, tx);
      if (revokeConnections) {
        await this.connections.revoke(
          { userId: user.id },
          { actorId: null, reason: 'password_changed', at },
          tx,
        );
      }
      await this.audit.record(tx, {
        actorId: null,
        action: 'password_reset',
        subjectId: user.id,
        detail: { revokeConnections },
        at,
      });
    });
  }
}

function refuseUnfit(newPassword: string, currentPassword: string, user: UserRecord): void {
  const refuse = (code: string, message: string): ApiError =>
    validationFailed([{ field: 'newPassword', code, message }]);
  if (newPassword === currentPassword) {
    throw refuse('same_as_current', 'The new password must differ from the current one.');
  }
  if (normalizeEmail(newPassword) === normalizeEmail(user.email)) {
    throw refuse('same_as_email', 'The new password must not be the e-mail address.');
  }
  refuseCommonPassword('newPassword', newPassword, personalWords(user));
}

function personalWords({ firstName, lastName, email, account }: UserRecord): string[] {
  return [firstName, lastName, email, account.name];
}

function wrongPassword(): ApiError {
  return validationFailed([
    {
      field: 'currentPassword',
      code: 'wrong_password',
      message: 'This is not the current password.',
    },
  ]);
}
