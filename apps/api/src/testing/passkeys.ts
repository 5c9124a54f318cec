import { type Answer, call, type HouseBody, PortalUser } from '@flixcheck/test-harness';
import { expect } from '@jest/globals';
import { DEMO_PASSWORD } from '../database/demo-data.js';
import { Authenticator } from './authenticator.js';
import { demoMails } from './demo-mails.js';
import { StoppedClock } from './stopped-clock.js';
import { createTestApp, type TestApp } from './test-app.js';

export const USER = 'user@musterhaus.example';
export const PASSKEYS = '/user/v7/users/me/passkeys';
export const PROOFS = '/user/v7/sessions/current/proofs';
export const ME = '/user/v7/users/me';
export const ORIGIN = 'http://localhost:3000';
export const REFUSED = [401, 'invalid_passkey'];

export const said = ({ status, body }: Answer<HouseBody>) => [status, body.code];
export const fieldOf = ({ status, body }: Answer<HouseBody>) => [
  status,
  body.errors[0]?.field,
  body.errors[0]?.code,
];

/** The program with mails, a user of the demo data, and a device that can make passkeys. */
export class PasskeyWorld {
  user!: PortalUser;
  authenticator!: Authenticator;

  private constructor(
    readonly test: TestApp,
    readonly clock: StoppedClock,
    readonly mails: Awaited<ReturnType<typeof demoMails>>,
    /** Of `DEMO_PASSWORD`, for who has changed it. */
    readonly passwordHash: string,
  ) {}

  static async start(): Promise<PasskeyWorld> {
    const clock = new StoppedClock();
    const test = await createTestApp({ clock, env: { DEMO_DATA: 'on', PUBLIC_URL: ORIGIN } });
    const [row] = await test.dataSource.query('SELECT password_hash AS hash FROM users LIMIT 1');
    return new PasskeyWorld(test, clock, await demoMails(test), row.hash);
  }

  /** As it was at the start, with nobody's passkeys. */
  async reset(): Promise<void> {
    await this.test.dataSource.query(`
      DELETE FROM passkeys;
      DELETE FROM spent_passkey_challenges;
      DELETE FROM second_factors;
      DELETE FROM sign_in_failures;
      UPDATE users SET status = 'active' WHERE email = '${USER}'`);
    await this.mails.forget();
    this.user = await PortalUser.signIn(this.test.url, USER);
    this.authenticator = new Authenticator(ORIGIN);
  }

  begin(who = this.user, more: object = {}) {
    return who.call('POST', `${PASSKEYS}/challenges`, {
      resource: { currentPassword: DEMO_PASSWORD, ...more },
    });
  }

  async finish(credential: object, who = this.user, name = 'Diensthandy') {
    const answer = await who.call('POST', PASSKEYS, { resource: { name, credential } });
    if (who === this.user) this.user = who.after(answer);
    return answer;
  }

  async remove(id: string) {
    const answer = await this.user.call('DELETE', `${PASSKEYS}/${id}`);
    this.user = this.user.after(answer);
    return answer;
  }

  /** @returns its id */
  async add(made = this.authenticator): Promise<string> {
    const { body } = await this.begin();
    const answer = await this.finish(made.create(body.resource.publicKey));
    expect(answer.status).toBe(201);
    return answer.body.resource.id;
  }

  /** To be answered by a passkey that signs in. */
  async challenge(): Promise<{ challenge: string }> {
    const { body } = await call(this.test.url, 'POST', '/guest/v7/sessions/passkey-challenges');
    return body.resource.publicKey;
  }

  present(credential: object, headers: Record<string, string> = {}) {
    const path = '/guest/v7/sessions/passkeys';
    return call(this.test.url, 'POST', path, { resource: { credential }, headers });
  }

  /** What a passkey makes of a challenge to prove who the user of this session is. */
  async proof(who = this.user, made = this.authenticator): Promise<object> {
    const { body } = await who.call('POST', `${PROOFS}/challenges`);
    return { credential: made.get(body.resource.publicKey) };
  }

  async signIn(made = this.authenticator) {
    this.clock.advance(1);
    return this.present(made.get(await this.challenge()));
  }
}
