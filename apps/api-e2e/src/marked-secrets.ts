import {
  APP_SECRET,
  bearer,
  call,
  eventually,
  type HouseBody,
  type Answer,
  operations,
  PASSWORD,
  PortalUser,
  query,
  register,
  REGISTRY,
  send,
  type SmtpServer,
  TOKEN_PATH,
  type World,
} from '@flixcheck/test-harness';
import { Secret, TOTP } from 'otpauth';

/** Not those that the portal's pages show as examples. */
const NEW_PASSWORD = 'fünf leise Gletscher';
const RESET_PASSWORD = 'sieben laute Gletscher';
const REGAINED_PASSWORD = 'neun alte Gletscher am Meer';
const INVITED_PASSWORD = 'elf junge Gletscher';
/** Nobody's, so that only the program could have repeated it. */
const WRONG_PASSWORD = 'wrong-password-of-a-user';

/** Sends and receives every kind of secret that there is, wherever it is meant to go. */
export class MarkedSecrets {
  /** Everything secret that was issued by the server or sent to it, by what it is. */
  readonly all = new Map<string, string>();
  /** Those of them that a mail carries. */
  readonly mailed = new Set<string>();

  /** Whose session is a new one once sign-in has two steps. */
  private admin: PortalUser;

  constructor(
    private readonly world: World,
    private readonly smtp: SmtpServer,
  ) {
    this.admin = world.admin;
  }

  async goEverywhere(): Promise<void> {
    const { world } = this;
    this.mark('APP_SECRET', APP_SECRET);
    this.mark('password', PASSWORD);
    this.mark('demo secret', 'maklerwelt-crm-demo-secret');
    for (const name of ['member', 'admin', 'stranger', 'operator'] as const) {
      this.markCookies(name, world[name].cookie);
    }
    await this.connectApplications();
    await this.failWithSecrets();
    await this.setUpSecondStep();
    await this.changePassword();
    await this.followLinks();
    await this.readEverything();
    await world.member.send('/user/v7/sessions/current', { method: 'DELETE' });
  }

  private mark(what: string, secret: unknown): string {
    if (typeof secret !== 'string' || secret.length < 8) throw new Error(`no secret: ${what}`);
    this.all.set(what, secret);
    return secret;
  }

  private markCookies(whose: string, cookies: string): void {
    for (const cookie of cookies.split('; ')) {
      const [name = '', value] = cookie.split(/=(.*)/s);
      this.mark(`${name} of ${whose}`, value);
    }
  }

  private async connectApplications(): Promise<void> {
    const { world } = this;
    const client = await register(world.operator);
    this.mark('client secret', client.registration.clientSecret);
    const rotated = await world.operator.send<{ resource: { value: string } }>(
      `${REGISTRY}/${client.client.id}/secrets`,
      { json: {} },
    );
    this.mark('rotated client secret', rotated.body.resource.value);
    for (const one of [client, world.scanner, world.desktop]) {
      const name = one.registration.clientId;
      const { code, verifier } = await one.code(world.member, { state: 'state-of-the-client' });
      this.mark(`code of ${name}`, code);
      if (verifier['code_verifier']) this.mark(`verifier of ${name}`, verifier['code_verifier']);
      const tokens = (await one.exchange(code, verifier)).body;
      const next = (await one.refresh(tokens.refresh_token)).body;
      const last = (await one.refresh(next.refresh_token)).body;
      for (const [index, token] of [tokens, next, last].entries()) {
        this.mark(`access token ${index} of ${name}`, token.access_token);
        this.mark(`refresh token ${index} of ${name}`, token.refresh_token);
      }
      await one.me(tokens.access_token);
      await one.introspect(last.access_token);
      await one.exchange(code, verifier);
      await one.refresh(tokens.refresh_token);
      await one.revoke(next.access_token);
    }
    this.mark('unredeemed code', (await client.code(world.admin)).code);
    const wrong = this.mark('wrong client secret', 'wrong-secret-of-a-client');
    await client.with({ clientSecret: wrong }).exchange('x'.repeat(50));
    const path = `/user/v7/oauth-authorization-request?${query({
      ...{ clientId: client.registration.clientId, response_type: 'code' },
      state: this.mark('state', 'state-of-a-link'),
    })}`;
    await world.member.send(path);
  }

  /** What somebody sends where it does not belong, or where it is wrong. */
  private async failWithSecrets(): Promise<void> {
    const { url, member } = this.world;
    const inQuery = query({ client_secret: this.mark('secret in a query', 'secret-in-a-query') });
    await send(url, `${TOKEN_PATH}?${inQuery}`, { form: {} });
    await send(url, '/user/v7/users/me', {
      headers: bearer(this.mark('wrong token', 'token-that-is-none-of-ours')),
    });
    await PortalUser.signIn(url, undefined, this.mark('wrong password', WRONG_PASSWORD)).catch(
      () => undefined,
    );
    const strange = this.mark('link that is none of ours', 'x0'.repeat(21) + 'z');
    for (const path of [
      '/guest/v7/password-recoveries/lookups',
      '/guest/v7/password-recoveries/completions',
      '/guest/v7/sessions/disavowals',
      '/guest/v7/invitations/lookups',
      '/guest/v7/invitations/acceptances',
    ]) {
      const names = { firstName: 'Nora', lastName: 'Neu' };
      const passwords = { password: NEW_PASSWORD, newPassword: NEW_PASSWORD };
      await call(url, 'POST', path, { resource: { token: strange } });
      await call(url, 'POST', path, { resource: { token: strange, ...names, ...passwords } });
    }
    // As a field that does not exist, as a value of the wrong type, and in a body that is cut off.
    const unknown = this.mark('secret in an unknown field', 'secret-in-an-unknown-field');
    await member.send('/user/v7/users/me', { method: 'PATCH', json: { resource: { unknown } } });
    await call(url, 'POST', '/guest/v7/sessions', {
      resource: { email: [unknown], password: { password: unknown } },
    });
    await send(url, '/guest/v7/sessions', {
      body: `{"resource":{"password":"${unknown}`,
      headers: { 'content-type': 'application/json' },
    });
  }

  private async setUpSecondStep(): Promise<void> {
    const { url } = this.world;
    const factor = '/user/v7/users/me/second-factor';
    const begun = await created(this.admin.call('POST', factor, { resource: this.proof() }));
    const secret = this.mark('TOTP secret', begun.secret);
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    const path = `${factor}/confirmations`;
    const confirmed = await this.admin.call('POST', path, { resource: { code } });
    const { recoveryCodes } = await created(Promise.resolve(confirmed));
    this.admin = this.admin.after(confirmed);
    this.markCookies('admin with two steps', this.admin.cookie);
    for (const [index, one] of recoveryCodes.entries()) this.mark(`recovery code ${index}`, one);
    const credentials = { email: 'admin@musterhaus.example', password: PASSWORD };
    const wrong = this.mark('wrong recovery code', 'k7q2-m9xp-w4tn-wrong');
    for (const secondFactor of [wrong, recoveryCodes[0]]) {
      await call(url, 'POST', '/guest/v7/sessions', { resource: { ...credentials, secondFactor } });
    }
    const challenge = await this.admin.call('POST', '/user/v7/users/me/passkeys/challenges', {
      resource: { ...this.proof(), code: recoveryCodes[1] },
    });
    await this.admin.call('POST', '/user/v7/users/me/passkeys', {
      resource: { name: 'Telefon', credential: challenge.body.resource },
    });
  }

  private async changePassword(): Promise<void> {
    const { stranger } = this.world;
    const path = '/user/v7/users/me/password';
    const newPassword = this.mark('new password', NEW_PASSWORD);
    await stranger.call('POST', `${path}-strength`, { resource: { password: newPassword } });
    await stranger.call('POST', path, { resource: { currentPassword: newPassword, newPassword } });
    const changed = await stranger.call('POST', path, {
      resource: { ...this.proof(), newPassword },
    });
    this.markCookies('stranger with a new password', stranger.after(changed).cookie);
  }

  /** Every mail that carries a link: one that is used, and one that is left open. */
  private async followLinks(): Promise<void> {
    const { url } = this.world;
    const email = 'admin@beispiel.example';
    const recoveries = '/guest/v7/password-recoveries';
    await call(url, 'POST', recoveries, { resource: { email: 'user@musterhaus.example' } });
    const open = await this.link('open recovery', 'user@musterhaus.example', 'reset-password');
    await call(url, 'POST', `${recoveries}/lookups`, { resource: { token: open } });
    await call(url, 'POST', recoveries, { resource: { email } });
    await call(url, 'POST', `${recoveries}/completions`, {
      resource: {
        token: await this.link('recovery', email, 'reset-password'),
        newPassword: this.mark('reset password', RESET_PASSWORD),
      },
    });
    // On a device that the user has not been seen on.
    await PortalUser.signIn(url, email, RESET_PASSWORD);
    const disavowed = await created(
      call(url, 'POST', '/guest/v7/sessions/disavowals', {
        resource: { token: await this.link('disavowal', email, 'not-me') },
      }),
    );
    const token = this.mark('recovery after a disavowal', disavowed.token);
    const newPassword = this.mark('regained password', REGAINED_PASSWORD);
    await call(url, 'POST', `${recoveries}/completions`, { resource: { token, newPassword } });

    const people = ['nora@musterhaus.example', 'nils@musterhaus.example'];
    const invitations = people.map((email) => ({ email, role: 'member', locale: 'en' }));
    await created(this.admin.call('POST', '/user/v7/invitations', { resource: { invitations } }));
    const [invitation] = await Promise.all(
      people.map((email) => this.link(`invitation of ${email}`, email, 'invitation')),
    );
    const password = this.mark('password of somebody invited', INVITED_PASSWORD);
    await call(url, 'POST', '/guest/v7/invitations/lookups', { resource: { token: invitation } });
    const accepted = await call(url, 'POST', '/guest/v7/invitations/acceptances', {
      resource: { token: invitation, firstName: 'Nora', lastName: 'Neu', password },
    });
    this.markCookies(
      'somebody invited',
      (await PortalUser.signIn(url, people[0], password)).cookie,
    );
    if (accepted.status !== 201) throw new Error(accepted.text);
  }

  /** Every address that can be read, as everybody. */
  private async readEverything(): Promise<void> {
    const { url, member, operator } = this.world;
    const readable = (await operations(url)).filter(
      ({ method, template }) => method === 'GET' && !template.endsWith('/changes'),
    );
    for (const { path, template } of readable) {
      const ids = template.includes('/oauth-clients/{id}') ? await this.clientIds() : [''];
      for (const id of ids) {
        const real = id === '' ? path : template.replace('{id}', id);
        await Promise.all([member, this.admin, operator].map((user) => user.send(real)));
      }
    }
  }

  private async clientIds(): Promise<string[]> {
    const { body } = await this.world.operator.call('GET', REGISTRY);
    return body.resources.map(({ id }) => id);
  }

  /** The secret of the link in the mail to this address, once it has come. */
  private async link(what: string, to: string, page: string): Promise<string> {
    const address = new RegExp(`/portal/${page}#([\\w-]+)`);
    const token = await eventually(() =>
      this.smtp.received
        .filter((mail) => mail.to === to)
        .map(({ data }) => address.exec(readable(data))?.[1])
        .findLast((found) => found !== undefined && ![...this.all.values()].includes(found)),
    );
    this.mailed.add(what);
    return this.mark(what, token);
  }

  private proof() {
    return { currentPassword: PASSWORD };
  }
}

/** A mail without the line breaks and escapes of its transfer encoding (RFC 2045 §6.7). */
export const readable = (mail: string): string => mail.replace(/=\r?\n/g, '').replace(/=3D/g, '=');

async function created(answer: Promise<Answer<HouseBody>>) {
  const { status, text, body } = await answer;
  if (status !== 201 && status !== 200) throw new Error(`${status} ${text}`);
  return body.resource;
}
