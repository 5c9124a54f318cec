import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { DataSource, EntityManager } from 'typeorm';
import { type SignedIn, type SigningInDevice, SignInService } from '../auth/sign-in.service.js';
import { Clock } from '../config/clock.js';
import { ApiError } from '../http/api-error.js';
import { validationFailed } from '../http/validation.js';
import { DeveloperInvitations } from '../oauth-clients/developer-invitations.js';
import { type AccountName, Accounts } from '../users/accounts.service.js';
import { AuditLog } from '../users/audit-log.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { Provisioning } from '../users/provisioning.js';
import { type UserRecord, UsersService } from '../users/users.service.js';
import { type Invited, mayInvite } from './invitations.js';
import { OwnPasskeys } from './own-passkeys.js';

/** An invitation, as the invited person sees it: into a company, or to develop an application. */
export interface OpenInvitation extends Invited {
  expiresAt: Date;
  /** Null for a developer, who needs none. */
  company: AccountName | null;
  /** Null for somebody of a company. */
  application: { name: string; publisher: string } | null;
  inviter: UserRecord;
}

/** What the invited person decides: either a password or a passkey. */
export interface Acceptance {
  firstName: string;
  lastName: string;
  password?: string | undefined;
  credential?: RegistrationResponseJSON | undefined;
}

/**
 * Lets somebody who holds the link of an invitation become a user: of the company, or with an account
 * of their own as the developer of an application.
 */
@Injectable()
export class InvitationAcceptance {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly developers: DeveloperInvitations,
    private readonly provisioning: Provisioning,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
    private readonly passkeys: OwnPasskeys,
    private readonly signIn: SignInService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError validation_failed at `token` */
  async find(token: string): Promise<OpenInvitation> {
    const invitation = (await this.intoCompany(token)) ?? (await this.ofDeveloper(token));
    if (!invitation) throw linkInvalid();
    await this.refuseTaken(this.dataSource.manager, invitation);
    return invitation;
  }

  private async intoCompany(token: string): Promise<OpenInvitation | null> {
    const [row]: (Invited & { expiresAt: Date; accountId: string; invitedBy: string })[] =
      await this.dataSource.query(
        `SELECT email, first_name AS "firstName", last_name AS "lastName", role, locale,
                expires_at AS "expiresAt", account_id AS "accountId", invited_by AS "invitedBy"
           FROM invitations WHERE token_hash = $1 AND expires_at > $2`,
        [hashSecret(token), this.clock.now()],
      );
    if (!row) return null;
    const { accountId, invitedBy, ...invited } = row;
    const inviter = await this.users.findById(invitedBy);
    if (!inviter || !mayInvite(inviter, accountId)) return null;
    const { name, closedAt } = await this.accounts.find(accountId);
    if (closedAt) return null;
    return { ...invited, inviter, company: { id: accountId, name }, application: null };
  }

  private async ofDeveloper(token: string): Promise<OpenInvitation | null> {
    const found = await this.developers.find(token);
    return found && { ...found, firstName: '', lastName: '', role: 'member', company: null };
  }

  /**
   * What a browser needs to make a passkey for whoever holds the link.
   * @throws ApiError validation_failed at `token`
   */
  async passkeyOptions(
    token: string,
    name: { firstName: string; lastName: string },
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { email } = await this.find(token);
    return this.passkeys.beginJoining({ id: userIdOf(token), email, ...name }, token);
  }

  /**
   * Makes the user and signs them in; the link is used up.
   * @throws ApiError validation_failed at `token`, `password` or `credential`, and then nothing is
   *   used up
   */
  async accept(
    token: string,
    { firstName, lastName, password, credential }: Acceptance,
    device: SigningInDevice,
  ): Promise<SignedIn> {
    const open = await this.find(token);
    const { inviter, email, company, role, locale } = open;
    const personal = [firstName, lastName, email, company?.name ?? open.application?.name ?? ''];
    // Who signs in with a passkey has no password: this one nobody knows.
    const chosen = credential ? randomSecret() : (password ?? '');
    if (!credential) await this.policy.refuseWeak('password', chosen, personal);
    const passwordHash = await this.hasher.hash(chosen);
    return this.dataSource.transaction(async (tx) => {
      const developed = await this.developers.claim(tx, email);
      const { id: invitationId } = company
        ? await this.use(tx, token, { company, inviter })
        : (developed.find(({ tokenHash }) => tokenHash.equals(hashSecret(token))) ?? refuse());
      await this.refuseTaken(tx, open);
      const accountId = company?.id ?? (await this.provisioning.addPersonalAccount(tx));
      const developer = company === null;
      const person = {
        ...{ id: userIdOf(token), accountId, email },
        ...{ firstName, lastName, role, locale, developer },
      };
      const own = { passwordHash, passwordGiven: false, passwordChosen: !credential };
      const userId = await this.provisioning.addUser(tx, person, own, inviter.id);
      const user = await this.users.lockActive(tx, userId);
      if (!user) throw new Error('the user was not written');
      await this.audit.record(tx, {
        actorId: userId,
        action: 'invitation_accepted',
        subjectId: userId,
        detail: { invitationId, role: developer ? 'developer' : role, ip: device.ip },
        at: this.clock.now(),
      });
      await this.developers.takeUp(tx, userId, developed);
      const { userAgent } = device;
      if (credential) await this.passkeys.join(tx, userId, token, { credential, userAgent });
      const proven = { user, passwordHash: credential ? null : passwordHash };
      return this.signIn.startIn(tx, proven, device);
    });
  }

  /**
   * Uses the link up.
   * @throws ApiError validation_failed at `token`
   */
  private async use(
    tx: EntityManager,
    token: string,
    { company, inviter }: { company: AccountName; inviter: UserRecord },
  ): Promise<{ id: string }> {
    // Whoever closes the company has taken the invitation back, or waits for this to commit.
    await this.accounts.lockOpen(tx, company.id).catch((error: unknown) => {
      throw error instanceof ApiError ? linkInvalid() : error;
    });
    const [[used]]: [{ id: string }[], number] = await tx.query(
      'DELETE FROM invitations WHERE token_hash = $1 AND expires_at > $2 RETURNING id',
      [hashSecret(token), this.clock.now()],
    );
    if (!used) throw linkInvalid();
    // An admin who has been shut out does not come back through an invitation of their own.
    const stillThere = await this.users.lockActive(tx, inviter.id);
    if (!stillThere || !mayInvite(stillThere, company.id)) throw linkInvalid();
    return used;
  }

  /** Whoever holds the link reads the mails of this address, and may know that it is in use. */
  private async refuseTaken(
    tx: EntityManager,
    { email, application }: OpenInvitation,
  ): Promise<void> {
    if ((await this.users.accountsByEmail(tx, [email])).size === 0) return;
    const message = application
      ? 'This address has an account already. Sign in with it, and ask who invited you to make that account a developer.'
      : 'This address has an account already. Sign in with it, or ask for an invitation to another address.';
    throw validationFailed([{ field: 'token', code: 'address_taken', message }]);
  }
}

/**
 * The id of the user who accepts: a passkey is made for it before there is a user, and one that is made
 * again replaces that of the first attempt on the device. As random as the token, which it does not tell.
 */
function userIdOf(token: string): string {
  const bytes = hashSecret(`user ${token}`).subarray(0, 16);
  // As if drawn at random (RFC 9562 §5.4).
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function refuse(): never {
  throw linkInvalid();
}

function linkInvalid(): ApiError {
  const message =
    'This invitation has been accepted, taken back or replaced, or it has expired. Ask who invited you to send it again.';
  return validationFailed([{ field: 'token', code: 'link_invalid', message }]);
}
