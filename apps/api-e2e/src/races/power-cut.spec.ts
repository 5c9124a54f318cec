import {
  type Answer,
  DEMO_CLIENTS,
  embeddedDatabasePid,
  freePort,
  PortalUser,
  type RunningServer,
  startServer,
  ThirdParty,
  type TokenAnswer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statusAt } from '../fleet/fleet.js';
import { inLanes, report, scale } from '../fleet/scale.js';

const EXCHANGES = scale('LOAD_EXCHANGES', 200);
const LANES = 16;

let dataDir: string;
let env: Record<string, string>;
let server: RunningServer;
let client: ThirdParty;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'flixcheck-connect-power-cut-'));
  env = { PORT: String(await freePort()) };
  server = await startServer({ dataDir, env });
  client = new ThirdParty(server.url, DEMO_CLIENTS.crm);
});
afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true });
});

/** Several people: a connection has a hundred live families at most. */
const signInAll = (): Promise<PortalUser[]> =>
  Promise.all(
    ['user@musterhaus.example', 'admin@musterhaus.example', 'admin@beispiel.example'].map((email) =>
      PortalUser.signIn(server.url, email),
    ),
  );

/** Sends many requests at once, and pulls the plug when half of them have been answered. */
async function untilPowerCut<T>(
  items: readonly T[],
  ask: (item: T) => Promise<Answer<TokenAnswer>>,
  pullThePlug: () => Promise<void>,
): Promise<Map<T, TokenAnswer>> {
  const acknowledged = new Map<T, TokenAnswer>();
  let cut: Promise<void> | undefined;
  await inLanes(items.length, LANES, async (index) => {
    const item = items[index] as T;
    const answer = await ask(item).catch((error: NodeJS.ErrnoException) => {
      if (!cut) throw error;
      return undefined;
    });
    if (answer?.status === 200) acknowledged.set(item, answer.body);
    else if (answer && !cut) throw new Error(answer.text);
    if (acknowledged.size === items.length / 2) cut ??= pullThePlug();
  });
  await cut;
  return acknowledged;
}

describe('what was acknowledged before a kill -9 works after the restart', () => {
  it(`of the program, in the middle of ${EXCHANGES} exchanges`, async () => {
    const users = await signInAll();
    const codes: string[] = [];
    await inLanes(EXCHANGES, LANES, async (index) => {
      codes.push((await client.code(users[index % users.length] as PortalUser)).code);
    });
    const exchange = (code: string) => client.exchange(code);
    const exchanged = await untilPowerCut(codes, exchange, () => server.kill());
    server = await startServer({ dataDir, env });

    const tokens = [...exchanged.values()];
    await inLanes(tokens.length, LANES, async (index) => {
      const { access_token, refresh_token } = tokens[index] as TokenAnswer;
      expect(await statusAt(server.url, access_token)).toBe(200);
      expect((await client.refresh(refresh_token)).status).toBe(200);
    });
    for (const user of users) expect((await user.send('/user/v7/users/me')).status).toBe(200);
    report('kill -9 of the program', { exchanges: EXCHANGES, acknowledged: tokens.length });
  });

  it(`of the program and its database, in the middle of ${EXCHANGES} refreshes`, async () => {
    const users = await signInAll();
    const tokens: string[] = [];
    await inLanes(EXCHANGES, LANES, async (index) => {
      const user = users[index % users.length] as PortalUser;
      tokens.push((await client.connect(user)).refresh_token);
    });
    const refresh = (token: string) => client.refresh(token);
    const refreshed = await untilPowerCut(tokens, refresh, async () => {
      process.kill(embeddedDatabasePid(dataDir), 'SIGKILL');
      await server.kill();
    });
    server = await startServer({ dataDir, env });

    // Answered or not, the client goes on with what it has; first those whose time is limited.
    const unanswered = tokens.filter((token) => !refreshed.has(token));
    const answered = [...refreshed.values()];
    const held = [...unanswered, ...answered.map(({ refresh_token }) => refresh_token)];
    await inLanes(held.length, LANES, async (index) => {
      expect((await client.refresh(held[index] as string)).status).toBe(200);
    });
    await inLanes(answered.length, LANES, async (index) => {
      expect(await statusAt(server.url, answered[index]?.access_token ?? '')).toBe(200);
    });
    report('kill -9 of all', { refreshes: EXCHANGES, acknowledged: answered.length });
  });
});
