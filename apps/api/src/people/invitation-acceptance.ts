import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashSecret } from '@flixcheck/oauth-protocol';
import type { DataSource, EntityManager } from 'typeorm';
import { type SignedIn, type SigningInDevice, SignInService } from '../auth/sign-in.service.js';
import { Clock } from '../config/clock.js';
import { ApiError } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { Accounts } from '../users/accounts.service.js';
import { AuditLog } from '../users/audit-log.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { Provisioning } from '../users/provisioning.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { type Invited, mayInvite } from './invitations.js';

/** An invitation, as the invited person sees it. */
export interface OpenInvitation extends Invited {
  id: string;
  expiresAt: Date;
  accountId: string;
  /** The company's name. */
  company: string;
  inviter: UserRecord;
}

/** What the invited person decides. */
export interface Acceptance {
  firstName: string;
  lastName: string;
  password: string;
}

/** Lets somebody who holds the link of an invitation become a user of the company. */
@Injectable()
export class InvitationAcceptance {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly provisioning: Provisioning,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
    private readonly signIn: SignInService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError validation_failed at `token` */
  async find(token: string): Promise<OpenInvitation> {
    const [row]: (Omit<OpenInvitation, 'inviter' | 'company'> & { invitedBy: string })[] =
      await this.dataSource.query(
        `SELECT id, email, first_name AS "firstName", last_name AS "lastName", role, locale,
                expires_at AS "expiresAt", account_id AS "accountId", invited_by AS "invitedBy"
           FROM invitations WHERE token_hash = $1 AND expires_at > $2`,
        [hashSecret(token), this.clock.now()],
      );
    const inviter = row && (await this.users.findById(row.invitedBy));
    if (!inviter || !mayInvite(inviter, row.accountId)) throw linkInvalid();
    const company = await this.accounts.find(row.accountId);
    if (company.closedAt) throw linkInvalid();
    await this.refuseTaken(this.dataSource.manager, row.email);
    return { ...row, inviter, company: company.name };
  }

  /**
   * Makes the user and signs them in; the link is used up.
   * @throws ApiError validation_failed at `token` or `password`, and then nothing is used up
   */
  async accept(
    token: string,
    { firstName, lastName, password }: Acceptance,
    device: SigningInDevice,
  ): Promise<SignedIn> {
    const { inviter, email, accountId, company } = await this.find(token);
    const personal = [firstName, lastName, email, company];
    await this.policy.refuseWeak('password', password, personal);
    const passwordHash = await this.hasher.hash(password);
    return this.dataSource.transaction(async (tx) => {
      // Whoever closes the company has taken the invitation back, or waits for this to commit.
      await this.accounts.lockOpen(tx, accountId).catch((error: unknown) => {
        throw error instanceof ApiError ? linkInvalid() : error;
      });
      const [[used]]: [(Invited & { id: string })[], number] = await tx.query(
        `DELETE FROM invitations WHERE token_hash = $1 AND expires_at > $2
         RETURNING id, email, role, locale`,
        [hashSecret(token), this.clock.now()],
      );
      if (!used) throw linkInvalid();
      // An admin who has been shut out does not come back through an invitation of their own.
      const stillThere = await this.users.lockActive(tx, inviter.id);
      if (!stillThere || !mayInvite(stillThere, accountId)) throw linkInvalid();
      await this.refuseTaken(tx, used.email);
      const { role, locale } = used;
      const person = { accountId, email: used.email, firstName, lastName, role, locale };
      const userId = await this.provisioning.addUser(tx, person, passwordHash, inviter.id);
      const user = await this.users.lockActive(tx, userId);
      if (!user) throw new Error('the user was not written');
      await this.audit.record(tx, {
        actorId: userId,
        action: 'invitation_accepted',
        subjectId: userId,
        detail: { invitationId: used.id, role, ip: device.ip },
        at: this.clock.now(),
      });
      return this.signIn.startIn(tx, { user, passwordHash }, device);
    });
  }

  /** Whoever holds the link reads the mails of this address, and may know that it is in use. */
  private async refuseTaken(tx: EntityManager, email: string): Promise<void> {
    if ((await this.users.accountsByEmail(tx, [email])).size === 0) return;
    const message =
      'This address has an account already. Sign in with it, or ask for an invitation to another address.';
    throw validationFailed([{ field: 'token', code: 'address_taken', message }]);
  }
}

function linkInvalid(): ApiError {
  const message =
    'This invitation has been accepted, taken back or replaced, or it has expired. Ask who invited you to send it again.';
  return validationFailed([{ field: 'token', code: 'link_invalid', message }]);
}
