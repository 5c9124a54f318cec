import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hashSecret } from '@flixcheck/oauth-protocol';
import type { DataSource } from 'typeorm';
import { SessionsService } from '../auth/sessions.service.js';
import { SignInLimits } from '../auth/sign-in-limits.js';
import { BackgroundWork } from '../background/background-work.js';
import { Clock } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { Sealing } from '../config/sealing.js';
import { AuditLog } from '../users/audit-log.js';
import { Notices } from '../users/notices.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { normalizeEmail, type UserRecord, UsersService } from '../users/users.service.js';
import { PasswordRecoveryLimits } from './password-recovery-limits.js';
import { personalWords } from './passwords.service.js';
import { OwnPasskeys } from './own-passkeys.js';
import { endRecoveryLinks, linkInvalid, makeRecoveryLink } from './recovery-links.js';

const REMEDY = 'Ask for a new one.';
const QUEUE = 'people.password-recovery-mail';

/** Lets somebody who has forgotten the password set a new one, through a link sent by mail. */
@Injectable()
export class PasswordRecovery implements OnModuleInit {
  private readonly sealing: Sealing;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) config: RuntimeConfig,
    private readonly limits: PasswordRecoveryLimits,
    private readonly signInLimits: SignInLimits,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
    private readonly passkeys: OwnPasskeys,
    private readonly sessions: SessionsService,
    private readonly audit: AuditLog,
    private readonly notices: Notices,
    private readonly background: BackgroundWork,
    private readonly clock: Clock,
  ) {
    this.sealing = new Sealing(deriveKeys(config, 'password recovery'));
  }

  onModuleInit(): void {
    this.background.queue<{ sealed: string }>({
      name: QUEUE,
      handle: ({ sealed }) => this.sendLink(sealed),
    });
  }

  /**
   * Asks for a link. Whether there is a user is found out in the background, after the answer, so
   * that neither the answer nor the time that it takes tells anybody.
   * @throws ApiError too_many_attempts, for unknown addresses too
   */
  async request(email: string, ip: string): Promise<void> {
    const address = normalizeEmail(email.trim());
    await this.limits.count(address, ip);
    const sealed = this.sealing.seal(Buffer.from(JSON.stringify({ address, ip })));
    await this.dataSource.transaction((tx) =>
      this.background.enqueue(tx, QUEUE, { sealed: sealed.toString('base64') }),
    );
  }

  /**
   * Whose link it is, and until when it is good.
   * @throws ApiError validation_failed at `token`, also where its user may not act any more
   */
  async find(token: string): Promise<{ user: UserRecord; expiresAt: Date }> {
    const [link]: { userId: string; expiresAt: Date }[] = await this.dataSource.query(
      `SELECT user_id AS "userId", expires_at AS "expiresAt"
         FROM password_recoveries WHERE token_hash = $1 AND expires_at > $2`,
      [hashSecret(token), this.clock.now()],
    );
    const user = link && (await this.users.findById(link.userId));
    if (!link || user?.status !== 'active') throw linkInvalid(REMEDY);
    return { user, expiresAt: link.expiresAt };
  }

  /**
   * Replaces the password of the user whom the link was sent to. Ends all sessions and all other
   * links, and removes the passkeys; connections stay.
   * @throws ApiError validation_failed at `token` or `newPassword`, and then nothing is used up
   */
  async complete(token: string, newPassword: string, ip: string): Promise<void> {
    const { user } = await this.find(token);
    const tokenHash = hashSecret(token);
    await this.policy.refuseWeak('newPassword', newPassword, personalWords(user));
    const newHash = await this.hasher.hash(newPassword);
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      // First, because it locks the user: two links at once do not wait for each other's rows.
      await this.users.replacePassword(tx, user.id, newHash);
      const links = await endRecoveryLinks(tx, user.id, at);
      const isGood = links.some((hash) => hash.equals(tokenHash));
      if (!isGood || !(await this.users.lockActive(tx, user.id))) throw linkInvalid(REMEDY);
      await this.passkeys.removeAll(tx, user.id, { actorId: user.id, at });
      await this.sessions.endAll(user.id, tx, { actorId: user.id, reason: 'password_reset', at });
      await this.signInLimits.forget(tx, normalizeEmail(user.email));
      await this.audit.record(tx, {
        actorId: user.id,
        action: 'password_reset',
        subjectId: user.id,
        detail: { by: 'mail', ip },
        at,
      });
      await this.notices.tell(tx, 'password-changed', [user.id], {
        at: at.toISOString(),
        by: 'user',
        connectionsEnded: false,
      });
    });
  }

  private async sendLink(sealed: string): Promise<void> {
    const { plain } = this.sealing.open(Buffer.from(sealed, 'base64'));
    if (!plain) throw new Error('the address is encrypted with another APP_SECRET');
    const { address, ip } = JSON.parse(plain.toString()) as { address: string; ip: string };
    const user = await this.users.findByEmailForSignIn(address);
    if (user?.status !== 'active') return;
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const token = await makeRecoveryLink(tx, user.id, at);
      await this.notices.tell(tx, 'password-forgotten', [user.id], { token });
      await this.audit.record(tx, {
        actorId: null,
        action: 'password_reset_requested',
        subjectId: user.id,
        detail: { ip },
        at,
      });
    });
  }
}
