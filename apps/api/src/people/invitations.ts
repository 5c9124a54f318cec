import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashSecret, randomSecret } from '@flixcheck/oauth-protocol';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../config/clock.js';
import { ApiError, type FieldError, notFound } from '../http/api-error.js';
import {
  decodeCursor,
  DEFAULT_LIMIT,
  type PageQuery,
  type ResourcesEnvelope,
  toPage,
} from '../http/envelope.js';
import { validationFailed } from '../http/validation.js';
import { Mail } from '../mail/mail.js';
import { type AccountName, Accounts } from '../users/accounts.service.js';
import { type AuditAction, AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import {
  type AccountRole,
  type Locale,
  normalizeEmail,
  type UserRecord,
  UsersService,
} from '../users/users.service.js';
import { InvitationLimits } from '../users/invitation-limits.js';
import { linkExpiry, type SentInvitation, toInviter } from '../users/sent-invitation.js';

export const MAX_INVITATIONS = 100;

export interface Invited {
  email: string;
  /** Empty where the inviter does not know it. */
  firstName: string;
  lastName: string;
  role: AccountRole;
  locale: Locale;
}

export interface Invitation extends Invited, SentInvitation {}

/** Who invites into which company: one of its admins, or an operator. */
export interface Inviting {
  userId: string;
  accountId: string;
}

type Row = Omit<Invitation, 'invitedBy'> & { invitedBy: string };

const COLUMNS = `id, email, first_name AS "firstName", last_name AS "lastName", role, locale,
  invited_by AS "invitedBy", created_at AS "createdAt", sent_at AS "sentAt",
  expires_at AS "expiresAt"`;

/**
 * Admins invite colleagues into their company, and operators the first admin of one, through a link
 * sent by mail.
 */
@Injectable()
export class Invitations {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly accounts: Accounts,
    private readonly limits: InvitationLimits,
    private readonly mail: Mail,
    private readonly notices: Notices,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Invites all of them, or nobody. That an address has an account with another company is told to
   * its owner alone: the invitation looks like any other, and its mail has no link.
   * @throws ApiError validation_failed at `invitations.N.email`, too_many_attempts
   */
  invite(caller: Inviting, invited: readonly Invited[]): Promise<Invitation[]> {
    return this.dataSource.transaction((tx) => this.inviteIn(tx, caller, invited));
  }

  /**
   * An operator invites an admin into a company, in the transaction that may have made it.
   * @param field of the address, for errors
   * @throws ApiError not_found, conflict for a company that has been closed; validation_failed,
   *   also for an address of another company, of which operators may know; too_many_attempts
   */
  async inviteAdmin(
    tx: EntityManager,
    caller: Inviting,
    { email, locale }: Pick<Invited, 'email' | 'locale'>,
    field: string,
  ): Promise<Invitation> {
    const address = normalizeEmail(email);
    const known = (await this.users.accountsByEmail(tx, [address])).get(address);
    if (known && known.accountId !== caller.accountId) throw taken(field);
    const admin = { email, locale, firstName: '', lastName: '', role: 'admin' } as const;
    const [invitation] = await this.inviteIn(tx, caller, [admin], () => field);
    if (!invitation) throw new Error('the invitation was not written');
    return invitation;
  }

  /**
   * Those that nobody has taken up yet, the latest first; expired ones until they are deleted.
   * @param role of those who are invited; null: whichever
   */
  async list(
    accountId: string,
    { limit = DEFAULT_LIMIT, cursor }: PageQuery,
    role: AccountRole | null = null,
  ): Promise<ResourcesEnvelope<Invitation>> {
    const after = decodeCursor(cursor);
    const rows: Row[] = await this.dataSource.query(
      `SELECT ${COLUMNS} FROM invitations
        WHERE account_id = $1 AND ($5::text IS NULL OR role = $5)
          AND ($2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $4`,
      [accountId, after?.[0] ?? null, after?.[1] ?? null, limit + 1, role],
    );
    const { resources, meta } = toPage(
      rows,
      limit,
      ({ createdAt, id }) => [createdAt.toISOString(), id],
      (row) => row,
    );
    return { resources: await this.withInviters(resources), meta };
  }

  /**
   * Sends a new link, good for as long as the first one was; the one before no longer works. From
   * then on the invitation is the caller's.
   * @throws ApiError not_found, too_many_attempts
   */
  resend(caller: Inviting, id: string): Promise<Invitation> {
    const at = this.clock.now();
    return this.dataSource.transaction(async (tx) => {
      const from = await this.lockFor(tx, caller);
      const token = randomSecret();
      const [[renewed]]: [Row[], number] = await tx.query(
        `UPDATE invitations
            SET token_hash = $3, sent_at = $4, expires_at = $5, invited_by = $6
          WHERE id = $1 AND account_id = $2 RETURNING ${COLUMNS}`,
        [id, caller.accountId, hashSecret(token), at, linkExpiry(at), caller.userId],
      );
      if (!renewed) throw notFound('The invitation');
      await this.limits.count(tx, caller.accountId, [renewed.email]);
      const accounts = await this.users.accountsByEmail(tx, [renewed.email]);
      const tokens = new Map([[renewed.email, token]]);
      await this.send(tx, from, [renewed], { tokens, accounts });
      await this.record(tx, caller, 'invitation_resent', renewed, at);
      return { ...renewed, invitedBy: toInviter(from.inviter) };
    });
  }

  /**
   * The link no longer works; nobody is told.
   * @throws ApiError not_found, also when it has been accepted in the meantime
   */
  async revoke(caller: Inviting, id: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const [[revoked]]: [Row[], number] = await tx.query(
        `DELETE FROM invitations WHERE id = $1 AND account_id = $2 RETURNING ${COLUMNS}`,
        [id, caller.accountId],
      );
      if (!revoked) throw notFound('The invitation');
      await this.record(tx, caller, 'invitation_revoked', revoked, this.clock.now());
    });
  }

  private async inviteIn(
    tx: EntityManager,
    caller: Inviting,
    invited: readonly Invited[],
    fieldOf = (index: number) => `invitations.${index}.email`,
  ): Promise<Invitation[]> {
    const people = invited.map((one) => ({ ...one, email: normalizeEmail(one.email) }));
    const at = this.clock.now();
    const { inviter, company } = await this.lockFor(tx, caller);
    const addresses = people.map(({ email }) => email);
    const accounts = await this.users.accountsByEmail(tx, addresses);
    await this.refuseKnown(tx, caller.accountId, people, { accounts, fieldOf });
    await this.limits.count(tx, caller.accountId, addresses);
    const tokens = new Map(addresses.map((email) => [email, randomSecret()]));
    const sent = await this.write(tx, caller, people, tokens, at);
    await this.send(tx, { inviter, company }, sent, { tokens, accounts });
    await this.audit.recordAll(
      tx,
      sent.map(({ id, role }) => ({
        actorId: caller.userId,
        action: 'invitation_sent' as const,
        subjectId: id,
        detail: { role, accountId: caller.accountId },
        at,
      })),
    );
    const invitedBy = toInviter(inviter);
    return sent.map((row) => ({ ...row, invitedBy }));
  }

  /**
   * One request of a company at a time, so that the limits hold and no address is invited twice.
   * @throws ApiError not_found, conflict when the company has been closed; forbidden when the caller
   *   has been disabled or may not invite into it any more
   */
  private async lockFor(
    tx: EntityManager,
    { userId, accountId }: Inviting,
  ): Promise<{ inviter: UserRecord; company: AccountName }> {
    await this.limits.lock(tx, accountId);
    const company = await this.accounts.lockOpen(tx, accountId);
    const inviter = await this.users.lockActive(tx, userId);
    if (!inviter || !mayInvite(inviter, accountId)) {
      throw new ApiError('forbidden', 'This takes the role admin, which is no longer yours.');
    }
    return { inviter, company };
  }

  /** The addresses that these invitations are for, by id, as long as they are there. */
  async addressesOf(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows: { id: string; email: string }[] = await this.dataSource.query(
      'SELECT id, email FROM invitations WHERE id = ANY ($1)',
      [ids],
    );
    return new Map(rows.map(({ id, email }) => [id, email]));
  }

  private async refuseKnown(
    tx: EntityManager,
    accountId: string,
    people: readonly Invited[],
    {
      accounts,
      fieldOf,
    }: {
      accounts: ReadonlyMap<string, { accountId: string }>;
      fieldOf: (index: number) => string;
    },
  ): Promise<void> {
    const open: { email: string }[] = await tx.query(
      `SELECT email FROM invitations
        WHERE account_id = $1 AND email = ANY ($2) AND expires_at > $3`,
      [accountId, people.map(({ email }) => email), this.clock.now()],
    );
    const invited = new Set(open.map(({ email }) => email));
    const seen = new Set<string>();
    const errors = people.flatMap(({ email }, index): FieldError[] => {
      const refuse = (code: string, message: string) => [{ field: fieldOf(index), code, message }];
      if (seen.has(email)) return refuse('duplicate', 'This address is in the list already.');
      seen.add(email);
      if (accounts.get(email)?.accountId === accountId) {
        return refuse('already_member', 'Somebody in your company has this address.');
      }
      if (invited.has(email)) {
        return refuse('already_invited', 'An invitation is open. Send that one again.');
      }
      return [];
    });
    if (errors.length > 0) throw validationFailed(errors);
  }

  /**
   * @param tokens by address
   * @returns the invitations in the order of the people
   */
  private async write(
    tx: EntityManager,
    caller: Inviting,
    people: readonly Invited[],
    tokens: ReadonlyMap<string, string>,
    at: Date,
  ): Promise<Row[]> {
    const rows: Row[] = await tx.query(
      // One that has expired makes room for a new one.
      `INSERT INTO invitations (id, email, first_name, last_name, role, locale, token_hash,
         account_id, invited_by, created_at, sent_at, expires_at)
       SELECT i.*, $8, $9, $10, $10, $11
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
           $7::bytea[]) AS i
       ON CONFLICT (account_id, email) DO UPDATE SET id = excluded.id,
         first_name = excluded.first_name, last_name = excluded.last_name,
         role = excluded.role, locale = excluded.locale, token_hash = excluded.token_hash,
         invited_by = excluded.invited_by, created_at = excluded.created_at,
         sent_at = excluded.sent_at, expires_at = excluded.expires_at
       RETURNING ${COLUMNS}`,
      [
        people.map(() => randomUUID()),
        people.map(({ email }) => email),
        people.map(({ firstName }) => firstName),
        people.map(({ lastName }) => lastName),
        people.map(({ role }) => role),
        people.map(({ locale }) => locale),
        people.map(({ email }) => hashSecret(tokens.get(email) ?? '')),
        caller.accountId,
        caller.userId,
        at,
        linkExpiry(at),
      ],
    );
    const written = new Map(rows.map((row) => [row.email, row]));
    return people.flatMap(({ email }) => written.get(email) ?? []);
  }

  /**
   * @param tokens by address
   * @param accounts whose address it is, in another company
   */
  private async send(
    tx: EntityManager,
    { inviter, company }: { inviter: UserRecord; company: AccountName },
    invitations: readonly Row[],
    {
      tokens,
      accounts,
    }: {
      tokens: ReadonlyMap<string, string>;
      accounts: ReadonlyMap<string, { userId: string }>;
    },
  ): Promise<void> {
    const about = {
      company: company.name,
      inviter: `${inviter.firstName} ${inviter.lastName}`,
    };
    const known = invitations.flatMap(({ email }) => accounts.get(email)?.userId ?? []);
    await this.notices.tell(tx, 'invitation-known', known, about);
    const mails = invitations.flatMap(({ id, email, locale }) => {
      const token = tokens.get(email);
      if (accounts.has(email) || token === undefined) return [];
      const to = { email, locale, userId: null };
      return [{ to, data: { ...about, token }, about: { id, accountId: company.id } }];
    });
    await this.mail.enqueueAll(tx, 'invitation', mails);
  }

  private record(
    tx: EntityManager,
    { userId, accountId }: Inviting,
    action: AuditAction,
    { id, role }: Row,
    at: Date,
  ): Promise<void> {
    return this.audit.record(tx, {
      actorId: userId,
      action,
      subjectId: id,
      detail: { role, accountId },
      at,
    });
  }

  private async withInviters(rows: readonly Row[]): Promise<Invitation[]> {
    const people = await this.users.people(rows.map(({ invitedBy }) => invitedBy));
    return rows.flatMap((row) => {
      const invitedBy = people.get(row.invitedBy);
      return invitedBy ? [{ ...row, invitedBy }] : [];
    });
  }
}

/** Whether somebody may invite people into this company, and the invitation still counts. */
export function mayInvite({ status, role, accountId }: UserRecord, into: string): boolean {
  if (status !== 'active') return false;
  return role === 'operator' || (role === 'admin' && accountId === into);
}

function taken(field: string): ApiError {
  const message =
    'Somebody of another company has this address, and an address belongs to one company. Ask for another address.';
  return validationFailed([{ field, code: 'taken', message }]);
}
