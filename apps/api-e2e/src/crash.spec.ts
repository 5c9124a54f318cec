import {
  DEMO_CLIENTS,
  freePort,
  PortalUser,
  sql,
  startServer,
  ThirdParty,
  type TokenAnswer,
} from '@flixcheck/test-harness';
import { expect, it } from '@jest/globals';

const EXCHANGES = 200;
const KILL_AFTER = 60;

it('kill -9 in the middle of 200 exchanges: every acknowledged token still works after the restart, whose orderly stop loses no use of them', async () => {
  const env = { PORT: String(await freePort()) };
  const server = await startServer({ env });
  const client = new ThirdParty(server.url, DEMO_CLIENTS.crm);
  try {
    const user = await PortalUser.signIn(server.url);
    const codes: string[] = [];
    while (codes.length < EXCHANGES) {
      const batch = await Promise.all(Array.from({ length: 20 }, () => client.code(user)));
      codes.push(...batch.map(({ code }) => code));
    }

    // Its refused calls wait in memory to be logged, and are all that is lost.
    const { access_token: ended } = await client.connect(user);
    await client.revoke(ended);

    const acknowledged: TokenAnswer[] = [];
    let killed: Promise<void> | undefined;
    await Promise.all(
      codes.map(async (code) => {
        const refused = client.use(ended).catch(() => undefined);
        const answer = await client.exchange(code).catch(() => undefined);
        await refused;
        if (answer?.status !== 200) return;
        acknowledged.push(answer.body);
        if (acknowledged.length === KILL_AFTER) killed = server.kill();
      }),
    );
    await killed;
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILL_AFTER);
    expect(acknowledged.length).toBeLessThan(EXCHANGES);

    const again = await startServer({ env, databaseUrl: server.databaseUrl });
    try {
      const outcomes = await Promise.all(
        acknowledged.map(async ({ access_token, refresh_token }) => [
          await client.use(access_token),
          (await client.refresh(refresh_token)).status,
        ]),
      );
      expect(outcomes.filter(([me, refresh]) => me !== 200 || refresh !== 200)).toEqual([]);
      expect((await user.send('/user/v7/users/me')).status).toBe(200);
    } finally {
      await again.stop();
    }
    const [usage] = await sql<{ requests: number }>(
      server.databaseUrl,
      'SELECT sum(requests)::integer AS requests FROM connection_usage',
    );
    expect(usage?.requests).toBe(acknowledged.length);
  } finally {
    await server.stop();
  }
});
