import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, SECOND } from '../config/clock.js';
import { Application, createTokensModule } from '../testing/application.js';
import { type Person, person } from '../testing/person.js';
import { StoppedClock } from '../testing/stopped-clock.js';
import type { TestContext } from '../testing/test-context.js';
import type { TokenResponseDto } from './oauth-tokens.dto.js';

const clock = new StoppedClock();

let api: TestContext;
let user: Person;
let client: Application;
let tokens: TokenResponseDto;
beforeAll(async () => {
  api = await createTokensModule({ clock });
  client = new Application(api);
  user = await person(api);
});
beforeEach(async () => {
  clock.advance(HOUR);
  tokens = await client.connect(user);
});
afterAll(() => api.close());

const refreshed = (refreshToken: string) => client.refresh(refreshToken);

const expectRefused = (refreshToken: string) =>
  expect(client.refresh(refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });

describe('a refresh token idles out after 30 days', () => {
  it('a millisecond before they are over it works', async () => {
    clock.advance(30 * DAY - 1);
    expect(await client.isActive(tokens.refresh_token)).toBe(true);
    await refreshed(tokens.refresh_token);
  });

  it('after 30 days it does not, nor does introspection call it active', async () => {
    clock.advance(30 * DAY);
    expect(await client.isActive(tokens.refresh_token)).toBe(false);
    await expectRefused(tokens.refresh_token);
  });

  it('each use gives 30 days more: used every 29 days it lives for a year', async () => {
    let { refresh_token } = tokens;
    for (let i = 0; i < 13; i += 1) {
      clock.advance(29 * DAY);
      ({ refresh_token } = await refreshed(refresh_token));
    }
  });

  it('a use that fails gives no more', async () => {
    clock.advance(30 * DAY - 1);
    const nobody = new Application(api, { clientId: 'maklerwelt-crm' });
    await expect(nobody.refresh(tokens.refresh_token)).rejects.toThrow('invalid_client');
    clock.advance(1);
    await expectRefused(tokens.refresh_token);
  });

  it('the other tokens of the connection go on, and so does the connection', async () => {
    clock.advance(29 * DAY);
    const younger = await client.connect(user);
    clock.advance(DAY);
    await expectRefused(tokens.refresh_token);
    await refreshed(younger.refresh_token);
  });
});

describe('the predecessor may be sent again while the successor is at most 30 seconds old', () => {
  it('after exactly 30 seconds it gets the same successor', async () => {
    const lost = await refreshed(tokens.refresh_token);
    clock.advance(30 * SECOND);
    const retried = await refreshed(tokens.refresh_token);
    expect(retried.refresh_token).toBe(lost.refresh_token);
    expect(await client.isAccepted(retried.access_token)).toBe(true);
  });

  it('a millisecond later it is a reuse: the whole family is dead', async () => {
    const lost = await refreshed(tokens.refresh_token);
    clock.advance(30 * SECOND + 1);
    await expectRefused(tokens.refresh_token);
    await expectRefused(lost.refresh_token);
    expect(await client.isAccepted(lost.access_token)).toBe(false);
    expect(await client.isAccepted(tokens.access_token)).toBe(false);
  });

  it('a retry makes the successor no younger', async () => {
    await refreshed(tokens.refresh_token);
    clock.advance(20 * SECOND);
    await refreshed(tokens.refresh_token);
    clock.advance(11 * SECOND);
    await expectRefused(tokens.refresh_token);
  });

  it('once the successor has been used it is a reuse, however young', async () => {
    const second = await refreshed(tokens.refresh_token);
    const third = await refreshed(second.refresh_token);
    await expectRefused(tokens.refresh_token);
    await expectRefused(third.refresh_token);
  });

  it('only the immediate predecessor may: the one before it is a reuse', async () => {
    const second = await refreshed(tokens.refresh_token);
    await refreshed(second.refresh_token);
    await refreshed(second.refresh_token);
    await expectRefused(tokens.refresh_token);
    await expectRefused(second.refresh_token);
  });

  it('a thief who comes a month later ends the family every time', async () => {
    let latest = tokens;
    for (let i = 0; i < 5; i += 1) {
      clock.advance(7 * DAY);
      latest = await refreshed(latest.refresh_token);
    }
    await expectRefused(tokens.refresh_token);
    await expectRefused(latest.refresh_token);
  });
});
