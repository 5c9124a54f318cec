import type { Answer, TokenAnswer } from '@flixcheck/test-harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPairs, connect, end, type Pair, type Victim, type Way } from '../fleet/endings.js';
import {
  addApplication,
  expectRefusedSoon,
  type Fleet,
  startFleet,
  statusAt,
} from '../fleet/fleet.js';
import { inLanes, report, scale, times } from '../fleet/scale.js';

const RACES = scale('LOAD_REVOCATION_RACES', 64);
const CODES = scale('LOAD_REDEMPTIONS', 4);

const LANES = 8;
const LIMIT_MS = 600_000;

let fleet: Fleet;
let pairs: Pair[];
beforeAll(async () => {
  fleet = await startFleet();
  pairs = await addPairs(fleet, LANES);
});
afterAll(() => fleet.nodes.stop());

/**
 * Sends a request and a revocation at once, to different nodes; who comes first alternates. Of eight
 * races, one is decided beforehand for each of them: how the others end is the machine's to say.
 */
async function race(
  index: number,
  victim: Victim,
  pair: Pair,
  ask: () => Promise<Answer<TokenAnswer>>,
  way: Way = index % 4 < 2 ? 'click' : 'RFC 7009',
): Promise<Answer<TokenAnswer>> {
  const revoke = () => end(way, victim, pair, fleet, index + 1);
  const revokedFirst = index % 2 === 0 ? revoke() : undefined;
  if (index % 8 === 6) await revokedFirst;
  if (index % 8 === 7) {
    const early = await ask();
    await revoke();
    return early;
  }
  const [answer] = await Promise.all([ask(), revokedFirst ?? revoke()]);
  return answer;
}

/** No token that the application has seen, before or during the revocation, works anywhere. */
async function expectNothingAlive(
  { application }: Pair,
  victim: Victim,
  { body, status }: Answer<TokenAnswer>,
): Promise<void> {
  const refreshTokens = new Set([victim.refreshToken]);
  const accessTokens = [victim.accessToken];
  if (status === 200) {
    refreshTokens.add(body.refresh_token);
    accessTokens.push(body.access_token);
  } else {
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  }
  await Promise.all([
    ...accessTokens.map((token) => expectRefusedSoon(fleet, token)),
    ...[...refreshTokens].flatMap((token) =>
      fleet.urls.map(async (_, node) => {
        const answer = await application.at(node).refresh(token);
        expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
      }),
    ),
  ]);
}

describe('what races a revocation leaves nothing alive, over two processes', () => {
  it(
    'a refresh, in either order',
    async () => {
      const outcomes = { refreshed: 0, refused: 0 };
      await inLanes(RACES, LANES, async (index, lane) => {
        const pair = pairs[lane] as Pair;
        const victim = await connect(pair, fleet, index);
        const application = pair.application.at(index);
        const answer = await race(index, victim, pair, () =>
          application.refresh(victim.refreshToken),
        );
        outcomes[answer.status === 200 ? 'refreshed' : 'refused'] += 1;
        await expectNothingAlive(pair, victim, answer);
      });
      report('refresh against revocation', { races: RACES, ...outcomes });
      expect(outcomes.refreshed).toBeGreaterThan(0);
      expect(outcomes.refused).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it.each(['retry of a refresh', 'redemption of another code'])(
    'a %s',
    async (what) => {
      const outcomes = { answered: 0, refused: 0 };
      await inLanes(RACES / 4, LANES, async (index, lane) => {
        const pair = pairs[lane] as Pair;
        const victim = await connect(pair, fleet, index);
        const application = pair.application.at(index);
        const isRetry = what === 'retry of a refresh';
        const refresh = () => application.refresh(victim.refreshToken);
        if (isRetry) await refresh();
        const { code } = isRetry
          ? { code: '' }
          : await application.code(pair.member.session.at(application.url));
        // Of an earlier grant, a token that is revoked ends no newer one.
        const answer = isRetry
          ? await race(index, victim, pair, refresh)
          : await race(index, victim, pair, () => application.exchange(code), 'click');
        outcomes[answer.status === 200 ? 'answered' : 'refused'] += 1;
        await expectNothingAlive(pair, victim, answer);
      });
      report(`${what} against revocation`, outcomes);
    },
    LIMIT_MS,
  );
});

describe('a code works once over two processes', () => {
  it(
    'of 50 parallel redemptions of each code, exactly one succeeds, and its tokens live',
    async () => {
      for (let index = 0; index < CODES; index++) {
        const pair = pairs[index % LANES] as Pair;
        const application = await addApplication(fleet);
        const { code } = await application.at(index).code(pair.member.session);
        const answers = await Promise.all(
          times(50, (worker) => application.at(worker).exchange(code)),
        );
        const [winner, ...others] = answers.filter(({ status }) => status === 200);
        expect(others).toHaveLength(0);
        for (const { status, body } of answers.filter((answer) => answer !== winner)) {
          expect([status, body.error]).toEqual([400, 'invalid_grant']);
        }
        for (const url of fleet.urls) {
          expect(await statusAt(url, winner?.body.access_token ?? '')).toBe(200);
        }
      }
    },
    LIMIT_MS,
  );
});
