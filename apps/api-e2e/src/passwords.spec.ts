import { PASSWORD, type Problem, startWorld, type World } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.server.stop());

const PATH = '/user/v7/users/me/password';

const judge = (password: string) =>
  world.member.send<Problem & { resource: { level: number; weakness: string | null } }>(
    `${PATH}-strength`,
    { json: { resource: { password } } },
  );
const change = (newPassword: string) =>
  world.member.send(PATH, { json: { resource: { currentPassword: PASSWORD, newPassword } } });

describe('a new password', () => {
  it.each([
    ['too short', 'elf zeichen', 'min_length'],
    ['well known', 'password1234', 'too_common'],
    ['the user’s own name with a year', 'Musterhaus-2026', 'too_common'],
    ['a row of keys', 'qwertzuiop123', 'too_common'],
  ])('an easy one is rated as such, and refused: %s', async (_, password, code) => {
    const judged = await judge(password);
    expect([judged.status, judged.body.resource.level <= 1]).toEqual([200, true]);
    expect(judged.body.resource.weakness).not.toBeNull();
    const refused = await change(password);
    expect([refused.status, refused.body.errors?.map((error) => error.code)]).toEqual([
      400,
      [code],
    ]);
    expect((await world.member.send('/user/v7/sessions/current')).status).toBe(200);
  });

  it('is judged without being stored, 60 times a minute: then 429 with Retry-After', async () => {
    const asked = await Promise.all(
      Array.from({ length: 61 }, () => judge('drei-blaue-elefanten')),
    );
    const limited = asked.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    for (const { headers } of limited) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await change('drei-blaue-elefanten')).status).toBe(204);
  });
});
