import {
  eventually,
  freePort,
  type Nodes,
  PortalUser,
  startNodes,
  type TokenAnswer,
} from '@flixcheck/test-harness';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { addPairs, type Pair } from '../fleet/endings.js';
import { statusAt } from '../fleet/fleet.js';
import { report } from '../fleet/scale.js';
import { type Address, type Pair as Servers, startAddress, startPair } from './postgres.js';
import { describeWith } from './programs.js';

const LANES = 6;
/** What has to be acknowledged before the primary dies, and again afterwards. */
const ENOUGH = 200;
/** Each lane ends its connection after so many refreshes, and makes another one. */
const REFRESHES = 5;
/** Clients are told to come again after a second; these are in a hurry. */
const RETRY_MS = 50;
const PHASE_MS = 120_000;

describeWith('pg_basebackup', 'a primary that is killed, and its standby promoted', (path) => {
  let servers: Servers;
  let address: Address;
  let nodes: Nodes;
  beforeAll(async () => {
    servers = await startPair(path, [await freePort(), await freePort()]);
    address = await startAddress(servers.primaryPort);
    const url = `postgres://flixcheck@127.0.0.1:${address.port}/postgres`;
    nodes = await startNodes({ databaseUrls: [url, url] });
  }, PHASE_MS);
  afterAll(async () => {
    await nodes.stop();
    await address.stop();
    await servers.stop();
  });

  it(
    'nothing that was acknowledged is lost: no refresh, no connection, no revocation',
    async () => {
      const [admin, operator] = await Promise.all([
        PortalUser.signIn(nodes.publicUrl, 'admin@musterhaus.example'),
        PortalUser.signIn(nodes.publicUrl, 'operator@flixcheck.example'),
      ]);
      const pairs = await addPairs({ nodes, urls: nodes.urls, admin, operator }, LANES);
      let isDone = false;
      let acknowledged = 0;
      let unavailable = 0;
      let lastAt = 0;
      let longestGapMs = 0;
      const ended: TokenAnswer[] = [];
      const wrong: string[] = [];

      /** Until it is acknowledged, as an application does that is told to come again. */
      const insist = async <Result>(request: () => Promise<Result>): Promise<Result> => {
        for (;;) {
          try {
            const result = await request();
            const now = performance.now();
            if (lastAt > 0) longestGapMs = Math.max(longestGapMs, now - lastAt);
            lastAt = now;
            acknowledged += 1;
            return result;
          } catch (error) {
            if (!/"(service|temporarily)_unavailable"/.test(String(error))) throw error;
            unavailable += 1;
            await pause(RETRY_MS);
          }
        }
      };
      const expectOk = async <Answer extends { status: number; text: string }>(
        request: Promise<Answer>,
      ): Promise<Answer> => {
        const answer = await request;
        if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
        return answer;
      };
      const lane = async ({ application, member }: Pair, index: number) => {
        for (let round = index; ; round += 1) {
          const client = application.at(round);
          let current = await insist(() => client.connect(member.session.at(client.url)));
          for (let refresh = 0; refresh < REFRESHES; refresh += 1) {
            const { refresh_token } = current;
            const node = application.at(round + refresh);
            current = (await insist(() => expectOk(node.refresh(refresh_token)))).body;
            if (isDone) return { application, current };
          }
          const { refresh_token } = current;
          await insist(() => expectOk(client.revoke(refresh_token)));
          ended.push(current);
        }
      };
      const lanes = pairs.map((pair, index) =>
        lane(pair, index).catch((error: unknown) => {
          wrong.push(String(error));
          return undefined;
        }),
      );
      const phase = async () => {
        const from = acknowledged;
        await eventually(
          () => acknowledged,
          (count) => count >= from + ENOUGH || wrong.length > 0,
          PHASE_MS,
        );
      };

      let alive: Awaited<(typeof lanes)[number]>[] = [];
      let outageMs = NaN;
      let promotionMs = NaN;
      try {
        await phase();
        servers.killPrimary();
        const killedAt = performance.now();
        await servers.promote();
        address.leadTo(servers.standbyPort);
        promotionMs = performance.now() - killedAt;
        const before = acknowledged;
        await eventually(() => acknowledged > before || wrong.length > 0, Boolean, PHASE_MS);
        outageMs = performance.now() - killedAt;
        await phase();
      } finally {
        isDone = true;
        alive = await Promise.all(lanes);
      }

      expect(wrong).toEqual([]);
      for (const one of alive) {
        if (!one) continue;
        const { access_token, refresh_token } = one.current;
        for (const url of nodes.urls) expect(await statusAt(url, access_token)).toBe(200);
        expect((await one.application.at(0).refresh(refresh_token)).status).toBe(200);
      }
      expect(ended.length).toBeGreaterThan(LANES);
      for (const { access_token } of ended) {
        for (const url of nodes.urls) expect(await statusAt(url, access_token)).toBe(401);
      }
      report('primary killed, standby promoted', {
        acknowledged,
        unavailable,
        promotionMs,
        outageMs,
        longestGapMs,
      });
    },
    5 * PHASE_MS,
  );
});
